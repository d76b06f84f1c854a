"""Distance to the nearest normal inputs: ``knn``. It has to be asked for."""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import Detector, hookimpl
from benchkit_neighbours.detector import Neighbours

__all__ = ["Neighbours"]


@hookimpl
def benchkit_detectors() -> Iterable[Detector]:
    """Offer the nearest neighbours among pixels; ``knn@layer1`` looks elsewhere."""
    return (Neighbours(name="knn"),)
