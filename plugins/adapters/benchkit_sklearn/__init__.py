"""Outlier estimators of scikit-learn as detectors; they have to be asked for. Each takes any view: ``NAME@VIEW``."""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import Detector, hookimpl
from benchkit_sklearn.adapter import Adapter
from benchkit_sklearn.estimators import (
    EllipticEnvelope,
    GaussianMixture,
    IsolationForest,
    KernelDensity,
    LocalOutlierFactor,
    OneClassSvm,
)

__all__ = ["Adapter"]


@hookimpl
def benchkit_detectors() -> Iterable[Detector]:
    """Offer six estimators; those that estimate a density look at the latent, where there is one to estimate."""
    return (
        IsolationForest(name="isolation-forest"),
        OneClassSvm(name="one-class-svm"),
        LocalOutlierFactor(name="local-outlier-factor"),
        EllipticEnvelope(name="elliptic-envelope", view="latent"),
        KernelDensity(name="kernel-density", view="latent"),
        GaussianMixture(name="gaussian-mixture", view="latent"),
    )
