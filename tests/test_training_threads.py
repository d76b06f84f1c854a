"""Limiting of threads."""

from __future__ import annotations

import pytest
import torch

from benchkit.training.threads import one_thread


def test_the_number_of_threads_is_restored() -> None:
    """Inside one thread works, afterwards as many as before, even after an error."""
    found = torch.get_num_threads()
    inside = []

    @one_thread()
    def fail() -> None:
        inside.append(torch.get_num_threads())
        raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert inside == [1]
    assert torch.get_num_threads() == found
