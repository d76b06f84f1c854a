"""Principal components of images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from benchkit import LabelledImages, LabelledRows, Rows, Unsupported, UsageError, View
from benchkit.training import as_rows, flat

CHUNK = 4096
"""Images that are held as float64 at a time."""


@dataclass(frozen=True)
class Principal(View):
    """The leading principal components of the normal images, each image normalised in contrast before.

    Contrast: less its mean, divided by its mean absolute deviation from that; a blank image becomes zeros. Components:
    as few as hold a share of the variance of the normal images, N×k float32, not whitened. With these settings it is
    the preprocessing of the shallow baselines in Ruff et al. 2018, "Deep One-Class Classification",
    https://proceedings.mlr.press/v80/ruff18a.html, section 4.1.

    Attributes:
        variance: share of the variance that is kept, above 0 to 1.
        contrast: whether images are normalised in contrast.

    Raises:
        UsageError: ``variance`` is out of its range.
    """

    takes_rows: ClassVar[bool] = True

    name: str = "pca"
    variance: float = 0.95
    contrast: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 < self.variance <= 1.0:
            raise UsageError(
                f"view {self.name!r}: got variance={self.variance}; expected more than 0, and 1 at most. Correct it."
            )

    def fit(self, normal: LabelledImages | LabelledRows, *, seed: int) -> Mapping[str, Callable[[Tensor], Tensor]]:
        """Find the components; ``seed`` changes nothing.

        Raises:
            Unsupported: all images are the same: no direction holds any variance.
        """
        vectors = flat(normal.images)
        mean, covariance = self._moments(vectors)
        values, directions = torch.linalg.eigh(covariance)
        values, directions = values.clamp_min(0.0).flip(0), directions.flip(1)
        if float(values[0]) <= torch.finfo(torch.float64).eps:
            raise Unsupported(f"view {self.name!r} needs normal images that differ; got {len(normal)} that do not.")
        held = values.cumsum(0) / values.sum()
        kept = int((held < self.variance - 1e-12).sum()) + 1
        basis = _signed(directions[:, :kept]).to(vectors.device, torch.float32)
        return {self.name: _Projection(mean.to(basis), basis, self.contrast)}

    def _moments(self, vectors: Tensor | Rows) -> tuple[Tensor, Tensor]:
        total = sum((chunk.sum(0) for chunk in self._chunks(vectors)), start=torch.zeros(()))
        mean = total / len(vectors)
        products = sum(((chunk - mean).t() @ (chunk - mean) for chunk in self._chunks(vectors)), start=torch.zeros(()))
        return mean, products / len(vectors)

    def _chunks(self, vectors: Tensor | Rows) -> Iterator[Tensor]:
        for chunk in as_rows(vectors).chunks(CHUNK):
            yield (normalised(chunk) if self.contrast else chunk).to("cpu", torch.float64)


def normalised(vectors: Tensor) -> Tensor:
    """Return n×d vectors less their mean, divided by their mean absolute deviation; zeros where nothing deviates."""
    centred = vectors - vectors.mean(1, keepdim=True)
    spread = centred.abs().mean(1, keepdim=True)
    return torch.where(spread > 1e-6, centred / spread.clamp_min(1e-6), torch.zeros_like(centred))


def _signed(directions: Tensor) -> Tensor:
    """Turn each direction so that its largest entry is positive: eigenvectors have no sign of their own."""
    largest = directions.gather(0, directions.abs().argmax(0, keepdim=True))
    return directions * largest.sign()


@dataclass(frozen=True)
class _Projection:
    mean: Tensor
    basis: Tensor
    contrast: bool

    def __call__(self, images: Tensor) -> Tensor:
        vectors = images.flatten(1)
        return (normalised(vectors) if self.contrast else vectors).sub(self.mean) @ self.basis
