"""What the tests of PyOD's adapter share: its detectors, made quick, and inputs for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import benchkit_pyod
import pytest
import torch
from benchkit_pyod.beside import Alone
from benchkit_pyod.networks import Network
from training_helpers import noise

DETECTORS: list[Any] = list(benchkit_pyod.benchkit_detectors())
NAMED = {detector.name.removeprefix("pyod-"): detector for detector in DETECTORS}

COMPILED = {"abod", "cblof", "copod", "ecod", "hbos", "lmdd", "sod", "sos"}
"""PyOD compiles a part of them at their first use in a process: up to ten seconds."""

LENGTHS = {"epochs": 3, "epoch_num": 3, "stop_epochs": 3, "n_epochs": 20, "n_ensemble": 5}
"""Of a training that is fit for a test."""

NORMAL = noise(300, 6) @ noise(6, 6, seed=99)
SHOWN = torch.cat([noise(60, 6, seed=1) @ noise(6, 6, seed=99), 4 * noise(60, 6, seed=2)])


def quick(detector: Any) -> Any:
    """Return the detector, with a short training and few inputs."""
    lengths = {name: short for name, short in LENGTHS.items() if hasattr(detector, name)}
    slow = isinstance(detector, Alone) or detector.name == "pyod-anogan"
    return replace(detector, **lengths, most=min(detector.most, 30 if slow else 100))


def marks(detector: Any) -> list[Any]:
    """Return the mark of what takes too long for ``make test``."""
    slow = isinstance(detector, Network) or detector.name.removeprefix("pyod-") in COMPILED
    return [pytest.mark.faults] if slow else []


each = pytest.mark.parametrize(
    "detector", [pytest.param(quick(each), marks=marks(each), id=each.name) for each in DETECTORS]
)
"""The detectors; those that take long only with ``make faults``."""
