"""What the estimators share: inputs on the processor, a sign that points the right way, scores where inputs are."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchkit import AT_LEAST_ONE, Detector, Ranges, Rows, Scorer, source_of
from benchkit.training import batched, flat, sample

AT_ONCE = 4096
"""Inputs that are scored at a time."""


@dataclass(frozen=True)
class Adapter(Detector):
    """An estimator of scikit-learn that has ``score_samples``, higher for what is more normal; score: minus that.

    Inputs are flattened and computed on the processor, in float32, wherever they lie.

    Attributes:
        most: normal inputs that are fitted on at most, drawn by the seed.

    Raises:
        UsageError: ``most`` is below 1.
    """

    setting_ranges: ClassVar[Ranges] = {"most": AT_LEAST_ONE}

    takes_rows: ClassVar[bool] = True
    by_default: ClassVar[bool] = False

    most: int = 10_000

    @abstractmethod
    def estimator(self, vectors: NDArray[np.float32], *, seed: int) -> Any:
        """Return the unfitted estimator for these normal inputs, n×d.

        Raises:
            Unsupported: they are of a kind that it cannot take.
        """

    def fit(self, normal: Tensor | Rows, *, seed: int) -> Scorer:
        """Fit on normal inputs (N×…, N ≥ 1) and return the scorer.

        Raises:
            Unsupported: the estimator cannot take inputs of this kind.
        """
        vectors = sample(flat(normal), self.most, source_of(self.name, seed)).cpu().numpy()
        return _Scorer(self.estimator(vectors, seed=seed).fit(vectors))


@dataclass(frozen=True)
class _Scorer:
    fitted: Any

    def __call__(self, inputs: Tensor, /) -> Tensor:
        return batched(self._score, inputs.flatten(1), AT_ONCE)

    def _score(self, vectors: Tensor) -> Tensor:
        if not len(vectors):
            return vectors.new_zeros(0)
        normality: NDArray[Any] = self.fitted.score_samples(vectors.cpu().numpy())
        return torch.from_numpy(-normality).to(vectors)
