"""Detectors of PyOD, behind the extra ``pyod``; they have to be asked for. Each takes any view: ``NAME@VIEW``."""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import Detector, hookimpl
from benchkit_pyod.adapter import Adapter
from benchkit_pyod.left_out import LEFT_OUT
from benchkit_pyod.offered import OFFERED

__all__ = ["LEFT_OUT", "Adapter"]


@hookimpl
def benchkit_detectors() -> Iterable[Detector]:
    """Offer those that score one input by itself, fast enough; ``LEFT_OUT`` says why others are not among them."""
    return OFFERED
