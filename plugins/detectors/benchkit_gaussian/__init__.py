"""Gaussian densities of normal inputs, on pixels, activations and the latent."""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import Detector, hookimpl
from benchkit_gaussian.detector import Gaussian

__all__ = ["Gaussian"]


@hookimpl
def benchkit_detectors() -> Iterable[Detector]:
    """Offer the multivariate Gaussian on four views and the univariate one on pixels."""
    return (
        Gaussian(name="gaussian"),
        Gaussian(name="gaussian-layer1", view="layer1"),
        Gaussian(name="gaussian-layer2", view="layer2"),
        Gaussian(name="gaussian-latent", view="latent"),
        Gaussian(name="univariate-gaussian", covariance="diagonal"),
    )
