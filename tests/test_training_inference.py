"""Running a function batch by batch."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from benchkit.training import batched


@given(n=st.integers(0, 40), batch_size=st.integers(1, 50))
def test_batches_make_the_whole(n: int, batch_size: int) -> None:
    """Whatever the batch size, the rows come out as from one call, none lost and in order."""
    inputs = torch.arange(n * 2.0).reshape(n, 2)
    assert torch.equal(batched(lambda rows: rows.sum(1), inputs, batch_size), inputs.sum(1))


def test_no_batch_is_larger_than_asked() -> None:
    """The batch size bounds what the function sees at once."""
    seen: list[int] = []
    batched(lambda rows: (seen.append(len(rows)), rows)[1], torch.zeros(10, 1), 4)
    assert seen == [4, 4, 2]


def test_gradients_are_off() -> None:
    """Inference keeps no graph."""
    assert not batched(nn.Linear(2, 1), torch.zeros(3, 2)).requires_grad
