"""Convolutional autoencoders of images: ``conv-ae``, ``conv-ae-rmse`` and ``conv-ae-maxpool``; view ``conv-latent``."""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import Detector, View, hookimpl
from benchkit_conv_autoencoder.maxpool import MaxPoolAutoencoder
from benchkit_conv_autoencoder.strided import RootMeanSquared, StridedAutoencoder
from benchkit_conv_autoencoder.view import ConvLatent

__all__ = ["ConvLatent", "MaxPoolAutoencoder", "RootMeanSquared", "StridedAutoencoder"]


@hookimpl
def benchkit_detectors() -> Iterable[Detector]:
    """Offer the convolutional autoencoders of the second and third experiments."""
    return (
        StridedAutoencoder(name="conv-ae"),
        RootMeanSquared(name="conv-ae-rmse"),
        MaxPoolAutoencoder(name="conv-ae-maxpool"),
    )


@hookimpl
def benchkit_views() -> Iterable[View]:
    """Offer the bottleneck of the second experiment."""
    return (ConvLatent(),)
