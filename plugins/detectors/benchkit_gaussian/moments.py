"""Moments and shrinkage, accumulated in float64 over rows that come some at a time."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from benchkit import Rows
from benchkit.training import as_rows

CHUNK = 4096
"""Rows turned into float64 at a time: bounds the memory of a copy of the training inputs."""

BLOCK = 196
"""Columns of a covariance computed at a time, each from its diagonal on downwards: the rest is the mirror image."""


def precise(device: torch.device) -> torch.device:
    """Return where to compute in float64: ``device`` itself, or the CPU if it knows no float64 (Apple's GPUs)."""
    return torch.device("cpu") if device.type == "mps" else device


def mean_and_variance(vectors: Tensor | Rows) -> tuple[Tensor, Tensor]:
    """Return the mean and the biased variance of each feature, d and d float64, of ``vectors`` (n×d, n ≥ 1).

    The variance of a feature that never varies is 0, not what rounding makes of it.
    """
    first = _first(vectors)[0]
    mean = first + torch.stack([away.sum(0) for away in _less(first, vectors)]).sum(0) / len(vectors)
    squares = torch.stack([away.square_().sum(0) for away in _less(mean, vectors)])
    return mean, squares.sum(0) / len(vectors)


def covariance(vectors: Tensor | Rows) -> tuple[Tensor, Tensor]:
    """Return the mean (d) and the biased covariance (d×d), both float64, of ``vectors`` (n×d float32, n ≥ 1)."""
    features = vectors.shape[1]
    # Moments about a point near the mean lose nothing by being moved there, and take one pass instead of two.
    near = _first(vectors).mean(0)
    total, products = torch.zeros_like(near), near.new_zeros(features, features)
    for centred in _less(near, vectors):
        total += centred.sum(0)
        for start in range(0, features, BLOCK):
            block = slice(start, start + BLOCK)
            products[start:, block].addmm_(centred[:, start:].t(), centred[:, block])
    shift = total / len(vectors)
    lower = products.div_(len(vectors)).sub_(torch.outer(shift, shift)).tril_()
    return near + shift, lower + lower.tril(-1).t()


def _first(vectors: Tensor | Rows) -> Tensor:
    """Return the first rows as float64."""
    return next(as_rows(vectors).chunks(CHUNK)).to(precise(vectors.device), torch.float64)


def _less(point: Tensor, vectors: Tensor | Rows) -> Iterator[Tensor]:
    """Yield the rows less a point, float64, some at a time, always in the same memory."""
    memory = point.new_empty(min(CHUNK, len(vectors)), len(point))
    for chunk in as_rows(vectors).chunks(CHUNK):
        yield torch.sub(chunk.to(point.device), point, out=memory[: len(chunk)])


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
