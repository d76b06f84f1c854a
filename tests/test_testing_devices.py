"""The device that is compared with the processor."""

from __future__ import annotations

import pytest
import torch

from benchkit.testing.checks import NotApplicable
from benchkit.testing.devices import accelerator


def test_without_cuda_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason says so."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(NotApplicable, match="no CUDA device here"):
        accelerator()


def test_with_cuda_it_is_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that is current."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert accelerator() == torch.device("cuda")
