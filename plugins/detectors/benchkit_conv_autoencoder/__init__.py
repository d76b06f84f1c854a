"""Convolutional autoencoders of images: ``conv-ae`` and ``conv-ae-maxpool``."""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import Detector, hookimpl
from benchkit_conv_autoencoder.maxpool import MaxPoolAutoencoder
from benchkit_conv_autoencoder.strided import StridedAutoencoder

__all__ = ["MaxPoolAutoencoder", "StridedAutoencoder"]


@hookimpl
def benchkit_detectors() -> Iterable[Detector]:
    """Offer the convolutional autoencoders of the second and third experiments."""
    return (StridedAutoencoder(name="conv-ae"), MaxPoolAutoencoder(name="conv-ae-maxpool"))
