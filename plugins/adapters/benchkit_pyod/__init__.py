"""Detectors of PyOD, behind the extra ``pyod``; they have to be asked for."""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import Detector, hookimpl


@hookimpl
def benchkit_detectors() -> Iterable[Detector]:
    """Offer PyOD's detectors."""
    return ()
