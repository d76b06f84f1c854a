"""Detectors whose scores depend on the calls before: such as a look at two calls does not find."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from faulty_detectors import Plain, Score
from torch import Tensor

import benchkit


@dataclass(frozen=True)
class Tiring(Plain):
    """Scores otherwise from the twelfth call on."""

    def fit(self, normal: Tensor, *, seed: int) -> Score:
        """Fit, and count."""
        honest, calls = super().fit(normal, seed=seed), itertools.count(1)
        return lambda inputs: honest(inputs) * (1 + (next(calls) >= 12))


@dataclass(frozen=True)
class Swayed(Plain):
    """Scores by the brightest batch that it has seen."""

    def fit(self, normal: Tensor, *, seed: int) -> Score:
        """Fit, and remember."""
        honest, brightest = super().fit(normal, seed=seed), [0.5]

        def score(inputs: Tensor) -> Tensor:
            brightest.append(max(brightest[-1], float(inputs.mean()) if len(inputs) else 0.0))
            return honest(inputs) * brightest[-1]

        return score


WAVERING: tuple[tuple[str, benchkit.Detector], ...] = (
    ("same-inputs-same-scores", Tiring()),
    ("same-inputs-same-scores", Swayed()),
)
"""As ``FAULTY``."""
