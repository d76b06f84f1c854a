"""Distance to the nearest cluster of normal inputs: ``latent-clustering``."""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import Detector, hookimpl
from benchkit_latent_clustering.detector import Clustering

__all__ = ["Clustering"]


@hookimpl
def benchkit_detectors() -> Iterable[Detector]:
    """Offer k-means on the latent."""
    return (Clustering(name="latent-clustering", view="latent"),)
