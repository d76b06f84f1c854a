"""Noise on images, for anomalies that are made of it and for whoever must be shown some of it."""

from __future__ import annotations

import torch
from torch import Tensor


def with_noise(images: Tensor, *, sigma: float, speck_rate: float, source: torch.Generator) -> Tensor:
    """Return images with additive Gaussian noise, clipped to [0, 1], and with white specks.

    Args:
        images: N×C×H×W floats in [0, 1]; left as they are.
        sigma: standard deviation of the noise before clipping, in grey levels of [0, 1].
        speck_rate: share of the pixels set to white, 0 to 1.
        source: of randomness, on the CPU: what it draws is moved, so that every device sees the same noise.
    """
    noise = torch.randn(images.shape, generator=source).mul_(sigma).to(images.device)
    specks = (torch.rand(images.shape, generator=source) < speck_rate).to(images.device)
    return (images + noise).clamp_(0.0, 1.0).masked_fill_(specks, 1.0)
