"""Process-wide settings that a plugin changes are put back."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from benchkit.runner.surroundings import surroundings_kept


@pytest.mark.parametrize(
    ("change", "read"),
    [
        (lambda: torch.set_num_threads(torch.get_num_threads() + 1), torch.get_num_threads),
        (lambda: torch.set_default_dtype(torch.float64), torch.get_default_dtype),
        (lambda: torch.set_default_device("meta"), torch.get_default_device),
        (lambda: torch.set_grad_enabled(False), torch.is_grad_enabled),
        (lambda: os.chdir("/"), os.getcwd),
        (lambda: torch.autograd.set_detect_anomaly(True), torch.is_anomaly_enabled),
        (lambda: torch.set_float32_matmul_precision("medium"), torch.get_float32_matmul_precision),
        (lambda: torch.set_deterministic_debug_mode("warn"), torch.get_deterministic_debug_mode),
        (lambda: setattr(torch.backends.cudnn, "benchmark", True), lambda: torch.backends.cudnn.benchmark),
        (lambda: setattr(torch.backends.cudnn, "deterministic", True), lambda: torch.backends.cudnn.deterministic),
        (lambda: np.seterr(all="raise"), np.geterr),
        (gc.disable, gc.isenabled),
    ],
)
def test_settings_are_put_back(change: Callable[[], object], read: Callable[[], object]) -> None:
    """What a careless plugin sets for the whole process is as before when its call ends, also by an error."""
    before = read()

    def careless() -> None:
        change()
        assert read() != before
        raise ValueError("after the change")

    with pytest.raises(ValueError, match="after the change"), surroundings_kept():
        careless()
    assert read() == before


def test_a_working_folder_that_is_gone_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A removed working folder troubles nobody."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with surroundings_kept():
        pass
