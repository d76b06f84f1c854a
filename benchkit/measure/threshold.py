"""From which score on an image is flagged: policies that look at normal calibration scores alone."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchkit.errors import UsageError, did_you_mean
from benchkit.measure.scores import Scores, as_scores


@dataclass(frozen=True)
class Threshold:
    """Which scores are flagged.

    Attributes:
        high: scores strictly above it are flagged.
        low: scores strictly below it are flagged too; None where a policy has one side only.
    """

    high: float
    low: float | None = None

    def flags(self, scores: ArrayLike) -> NDArray[np.bool_]:
        """Return which of the N ``scores`` are flagged, as N booleans."""
        values = np.asarray(scores, dtype=np.float64)
        above: NDArray[np.bool_] = values > self.high
        return above if self.low is None else above | (values < self.low)


@dataclass(frozen=True)
class ThresholdPolicy(ABC):
    """How a threshold is found.

    Attributes:
        value: the policy's only setting.
    """

    kind: ClassVar[str]
    accepts: ClassVar[str]

    value: float

    @property
    def text(self) -> str:
        """The one way to write this policy down, such as ``quantile:0.95`` or ``zscore:3``."""
        return f"{self.kind}:{repr(float(self.value)).removesuffix('.0')}"

    def fit(self, calibration_scores: ArrayLike) -> Threshold:
        """Return the threshold.

        Args:
            calibration_scores: N scores of normal images that the detector was not fitted on.

        Raises:
            DataError: scores that are not one-dimensional, none at all, or not finite.
        """
        return self._fit(as_scores(calibration_scores, where="calibration"))

    @abstractmethod
    def _fit(self, scores: Scores) -> Threshold:
        """Return the threshold from checked scores."""


@dataclass(frozen=True)
class QuantilePolicy(ThresholdPolicy):
    """Flag what scores above a quantile of the calibration scores.

    The quantile is the smallest calibration score that at least the share ``value`` does not exceed (the inverse
    of the empirical distribution function, not interpolated): no more than ``1 - value`` of the calibration scores
    are flagged, and an increasing map of the scores changes no decision.
    """

    kind = "quantile"
    accepts = "quantile:Q with 0 < Q < 1, such as quantile:0.95"

    def __post_init__(self) -> None:
        _check(self, 0.0 < self.value < 1.0)

    def _fit(self, scores: Scores) -> Threshold:
        # As a fraction of the decimal that was asked for: 0.07 * 100 is 7.000000000000001 in floating point.
        rank = math.ceil(Fraction(repr(float(self.value))) * scores.size) - 1
        return Threshold(high=float(np.partition(scores, rank)[rank]))


@dataclass(frozen=True)
class ZScorePolicy(ThresholdPolicy):
    """Flag what lies more than ``value`` standard deviations from the mean of the calibration scores, on both sides.

    The mean ± kσ rule of univariate Gaussian detectors; σ is the population's (divided by N).
    """

    kind = "zscore"
    accepts = "zscore:K with K > 0, such as zscore:3"

    def __post_init__(self) -> None:
        _check(self, 0.0 < self.value < math.inf)

    def _fit(self, scores: Scores) -> Threshold:
        scale = float(np.max(np.abs(scores))) or 1.0  # scaled to [-1, 1], squares neither overflow nor vanish
        scaled = scores / scale
        mean, reach = float(np.mean(scaled)), self.value * float(np.std(scaled))
        return Threshold(high=_unscaled(mean + reach, scale), low=_unscaled(mean - reach, scale))


POLICIES: dict[str, type[ThresholdPolicy]] = {policy.kind: policy for policy in (QuantilePolicy, ZScorePolicy)}
"""Every policy by the word before the colon."""


def parse_policy(text: str) -> ThresholdPolicy:
    """Return the policy that ``text`` names: ``quantile:0.95`` or ``zscore:3``.

    Raises:
        UsageError: no such policy, or a value that it does not take; says what is accepted.
    """
    kind, _, value = text.strip().partition(":")
    if kind not in POLICIES:
        raise UsageError(f"threshold policy: got {text!r}; expected {_accepted()}.{did_you_mean(kind, POLICIES)}")
    try:
        return POLICIES[kind](float(value))
    except ValueError:
        raise UsageError(f"threshold policy: got {text!r}; expected {_accepted()}.") from None


def _accepted() -> str:
    return " or ".join(policy.accepts for policy in POLICIES.values())


def _check(policy: ThresholdPolicy, good: bool) -> None:
    """Refuse a value out of range; NaN is out of every range."""
    if not good:
        raise UsageError(f"threshold policy: got {policy.text!r}; expected {policy.accepts}.")


def _unscaled(value: float, scale: float) -> float:
    """Return ``value * scale``, or the largest float of its sign where that overflows: it flags the same scores."""
    largest = float(np.finfo(np.float64).max)
    return min(max(value * scale, -largest), largest)
