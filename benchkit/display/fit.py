"""The normal curve over a histogram of errors, as the third experiment draws it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class NormalCurve:
    """A normal distribution fitted to scores.

    Attributes:
        mean: of the scores.
        deviation: their standard deviation, divided by N.
    """

    mean: float
    deviation: float

    def shares(self, edges: Numbers) -> Numbers:
        """Return the share that it expects in each bin between ``edges`` (b + 1, increasing)."""
        if self.deviation == 0:
            return np.histogram([self.mean], edges)[0].astype(np.float64)
        return np.diff(norm.cdf(edges, self.mean, self.deviation))


def normal_curve(scores: Numbers) -> NormalCurve:
    """Return the normal distribution of the scores' mean and deviation (n ≥ 1)."""
    return NormalCurve(float(np.mean(scores)), float(np.std(scores)))
