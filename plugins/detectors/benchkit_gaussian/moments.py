"""Mean, covariance and shrinkage, accumulated in float64."""

from __future__ import annotations

import torch
from torch import Tensor

CHUNK = 8192
"""Rows turned into float64 at a time: bounds the memory of a copy of the training inputs."""


def precise(device: torch.device) -> torch.device:
    """Return where to compute in float64: ``device`` itself, or the CPU if it knows no float64 (Apple's GPUs)."""
    return torch.device("cpu") if device.type == "mps" else device


def covariance(vectors: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean (d) and the biased covariance (d×d), both float64, of ``vectors`` (n×d float32, n ≥ 1)."""
    device = precise(vectors.device)
    mean = torch.zeros(vectors.shape[1], dtype=torch.float64, device=device)
    for chunk in torch.split(vectors, CHUNK):
        mean += chunk.to(device, torch.float64).sum(0)
    mean /= len(vectors)
    products = mean.new_zeros(len(mean), len(mean))
    for chunk in torch.split(vectors, CHUNK):
        centred = chunk.to(device, torch.float64) - mean
        products.addmm_(centred.t(), centred)
    return mean, products / len(vectors)


def shrink(sample: Tensor, n: int) -> tuple[Tensor, float]:
    """Pull a sample covariance towards a multiple of the identity; return it with the share of the identity.

    Oracle approximating shrinkage, Chen, Wiesel, Eldar and Hero 2010, https://arxiv.org/abs/0907.4698, equation 23,
    in the form that scikit-learn's ``OAS`` uses. A covariance of nothing but zeros becomes the identity.

    Args:
        sample: d×d float64 covariance of ``n`` vectors.
        n: how many vectors it was taken from.
    """
    features = len(sample)
    average = float(sample.trace()) / features
    identity = torch.eye(features, dtype=sample.dtype, device=sample.device)
    if average == 0.0:
        return identity, 1.0
    power = float(sample.square().mean())
    numerator, denominator = power + average**2, (n + 1) * (power - average**2 / features)
    share = 1.0 if denominator <= 0 else min(numerator / denominator, 1.0)
    return (1 - share) * sample + share * average * identity, share
