"""The distance to the k-th nearest normal input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from benchkit import Detector, Rows, Scorer, UsageError, source_of
from benchkit.training import batched, flat, sample

AT_ONCE = 2**24
"""Distances that are held at a time: 64 MB."""


@dataclass(frozen=True)
class Neighbours(Detector):
    """k nearest neighbours; score: Euclidean distance to the k-th nearest of the normal inputs that are kept.

    Inputs are flattened, so every view will do. Sources: Ramaswamy, Rastogi and Shim 2000, "Efficient algorithms for
    mining outliers from large data sets", https://doi.org/10.1145/342009.335437; Sun et al. 2022, "Out-of-Distribution
    Detection with Deep Nearest Neighbors", https://arxiv.org/abs/2204.06507, for activations.

    Attributes:
        neighbours: k; fewer if fewer inputs are kept.
        most: normal inputs that are kept at most, drawn by the seed: what a score costs grows with them.

    Raises:
        UsageError: a number is out of its range.
    """

    takes_rows: ClassVar[bool] = True
    by_default: ClassVar[bool] = False

    neighbours: int = 5
    most: int = 10_000

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.neighbours < 1 or self.most < 1:
            raise UsageError(
                f"detector {self.name!r}: got neighbours={self.neighbours} and most={self.most}; expected both to be "
                "at least 1. Correct its settings."
            )

    def fit(self, normal: Tensor | Rows, *, seed: int) -> Scorer:
        """Keep normal inputs (N×…, N ≥ 1) and return the scorer."""
        kept = sample(flat(normal), self.most, source_of(self.name, seed))
        centre = kept.mean(0)
        return _Distance(kept - centre, centre, min(self.neighbours, len(kept)))


@dataclass(frozen=True)
class _Distance:
    kept: Tensor
    centre: Tensor
    neighbours: int

    def __call__(self, inputs: Tensor, /) -> Tensor:
        return batched(self._score, inputs.flatten(1), max(1, AT_ONCE // len(self.kept)))

    def _score(self, vectors: Tensor) -> Tensor:
        # By way of a product, around the centre, where the numbers that are subtracted are smallest.
        vectors = vectors - self.centre
        squares = torch.addmm(self.kept.square().sum(1), vectors, self.kept.t(), alpha=-2.0)
        nearest = squares.topk(self.neighbours, largest=False, sorted=True).values[:, -1]
        return (nearest + vectors.square().sum(1)).clamp_min_(0.0).sqrt_()
