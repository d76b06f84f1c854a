"""One Gaussian around the normal inputs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor

from benchkit import Detector, Rows, Scorer, UsageError
from benchkit.training import batched, flat
from benchkit_gaussian.moments import covariance, mean_and_variance, shrink


@dataclass(frozen=True)
class Gaussian(Detector):
    """A Gaussian fitted to the normal inputs, with a full or a diagonal covariance.

    Inputs are flattened, so every view will do. Nothing is random: the seed does not matter.

    ``full``: score = squared Mahalanobis distance (Mahalanobis 1936), with the covariance shrunk towards a multiple
    of the identity (oracle approximating shrinkage, Chen et al. 2010, https://arxiv.org/abs/0907.4698), which makes
    it invertible however many features are constant. ``diagonal``: the features taken as independent; score = minus
    the log likelihood in nats.

    Attributes:
        covariance: ``full`` or ``diagonal``.
        variance_floor: diagonal only: smallest variance of a feature, as a share of the mean variance of all.
            On MNIST 0.01 is a deviation of about 0.026, or 7 of 255 grey levels: a border pixel that is always
            black in training tells about a speck, but does not outvote all others.

    Raises:
        UsageError: ``covariance`` is neither, or ``variance_floor`` is not positive.
    """

    takes_rows: ClassVar[bool] = True

    covariance: Literal["full", "diagonal"] = "full"
    variance_floor: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.covariance not in ("full", "diagonal") or not self.variance_floor > 0:
            raise UsageError(
                f"detector {self.name!r}: got covariance={self.covariance!r} and variance_floor="
                f"{self.variance_floor}; expected 'full' or 'diagonal', and a number above 0. Correct its settings."
            )

    def fit(self, normal: Tensor | Rows, *, seed: int) -> Scorer:
        """Fit on normal inputs (N×…, N ≥ 1) and return the scorer."""
        vectors = flat(normal)
        return self._full(vectors) if self.covariance == "full" else self._diagonal(vectors)

    def _full(self, vectors: Tensor | Rows) -> Scorer:
        mean, sample = covariance(vectors)
        shrunk, _ = shrink(sample, len(vectors))
        factor = torch.linalg.cholesky(shrunk)
        identity = torch.eye(len(mean), dtype=mean.dtype, device=mean.device)
        # Whitening once, here, leaves one matrix product for each batch to score.
        whitening = torch.linalg.solve_triangular(factor, identity, upper=False).t()
        return _Mahalanobis(_like(vectors, mean), _like(vectors, whitening).contiguous())

    def _diagonal(self, vectors: Tensor | Rows) -> Scorer:
        mean, variance = mean_and_variance(vectors)
        average = variance.mean()
        # All features constant: any variance is as good as another.
        floor = torch.where(average > 0, self.variance_floor * average, torch.ones_like(average))
        return _NegativeLogLikelihood(_like(vectors, mean), _like(vectors, torch.maximum(variance, floor)))


def _like(vectors: Tensor | Rows, value: Tensor) -> Tensor:
    """Return a float64 result where the inputs are, and of their type."""
    return value.to(vectors.device, vectors.dtype if isinstance(vectors, Tensor) else torch.float32)


@dataclass(frozen=True)
class _Mahalanobis:
    mean: Tensor
    whitening: Tensor

    def __call__(self, inputs: Tensor, /) -> Tensor:
        return batched(self._distances, inputs.flatten(1))

    def _distances(self, vectors: Tensor) -> Tensor:
        return ((vectors - self.mean) @ self.whitening).square().sum(1)


@dataclass(frozen=True)
class _NegativeLogLikelihood:
    mean: Tensor
    variance: Tensor

    def __call__(self, inputs: Tensor, /) -> Tensor:
        return batched(self._surprise, inputs.flatten(1))

    def _surprise(self, vectors: Tensor) -> Tensor:
        constant = 0.5 * torch.log(2 * math.pi * self.variance).sum()
        return 0.5 * ((vectors - self.mean).square() / self.variance).sum(1) + constant
