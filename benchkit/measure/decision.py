"""How good the decisions at one threshold are, at a declared prevalence.

The prevalence is reached by weighting: anomalies together weigh ``prevalence``, normals the rest, so every image
counts and none is thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from benchkit.measure.scores import as_scores, check_prevalence
from benchkit.measure.threshold import Threshold


@dataclass(frozen=True)
class Decisions:
    """The decisions on a test set, as shares.

    Attributes:
        recall: share of anomalies flagged, 0 to 1; higher is better; does not depend on the prevalence.
        false_positive_rate: share of normals flagged, 0 to 1; lower is better; does not depend on it either.
        prevalence: share of anomalies that the other measures are weighted to, strictly between 0 and 1.

    Raises:
        UsageError: the prevalence is out of range.
    """

    recall: float
    false_positive_rate: float
    prevalence: float

    def __post_init__(self) -> None:
        check_prevalence(self.prevalence)

    @property
    def _found(self) -> float:
        return self.prevalence * self.recall

    @property
    def _flagged(self) -> float:
        return self._found + (1.0 - self.prevalence) * self.false_positive_rate

    @property
    def precision(self) -> float | None:
        """Share of what is flagged that is anomalous, 0 to 1; None when nothing is flagged: it is undefined."""
        return self._found / self._flagged if self._flagged else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall, 0 to 1; None when nothing is flagged, as precision is."""
        return 2.0 * self._found / (self._flagged + self.prevalence) if self._flagged else None

    @property
    def accuracy(self) -> float:
        """Share of right decisions, 0 to 1."""
        return self._found + (1.0 - self.prevalence) * (1.0 - self.false_positive_rate)


def decide(normal: ArrayLike, anomaly: ArrayLike, *, threshold: Threshold, prevalence: float) -> Decisions:
    """Return the decisions that ``threshold`` makes.

    Args:
        normal: N scores of normal images.
        anomaly: M scores of anomalous images.
        threshold: which scores are flagged.
        prevalence: share of anomalies, strictly between 0 and 1.

    Raises:
        DataError: scores that are not one-dimensional, none at all, or not finite.
        UsageError: the prevalence is out of range.
    """
    flagged = [threshold.flags(as_scores(anomaly, where="anomaly")), threshold.flags(as_scores(normal, where="normal"))]
    recall, false_positive_rate = (int(np.count_nonzero(flags)) / flags.size for flags in flagged)
    return Decisions(recall, false_positive_rate, prevalence)
