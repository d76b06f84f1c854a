"""What disturbed a timing, in words."""

from __future__ import annotations

import pytest
import torch

from benchkit.measure import disturbance
from benchkit.measure.disturbance import Disturbance
from benchkit.measure.gpu_state import GpuState
from benchkit.measure.other_work import OtherWork

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("share", "state", "words"),
    [
        (None, GpuState(), set()),
        (0.05, GpuState(throttled=False, shared=False), set()),
        (0.5, GpuState(throttled=True, shared=None), {"busy", "throttled"}),
        (None, GpuState(throttled=None, shared=True), {"shared"}),
    ],
)
def test_only_what_is_known_and_true_is_said(
    monkeypatch: pytest.MonkeyPatch, share: float | None, state: GpuState, words: set[str]
) -> None:
    """What nobody knows is not claimed."""
    monkeypatch.setattr(disturbance, "gpu_state", lambda device: state)
    monkeypatch.setattr(OtherWork, "__exit__", lambda self, *_: setattr(self, "share", share))
    with Disturbance(CPU) as around:
        assert around.words == set()
    assert around.words == words


def test_after_an_error_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The device may be what failed."""
    monkeypatch.setattr(disturbance, "gpu_state", lambda device: pytest.fail("asked"))
    with pytest.raises(ZeroDivisionError), Disturbance(CPU) as around:
        raise ZeroDivisionError
    assert around.words == set()
