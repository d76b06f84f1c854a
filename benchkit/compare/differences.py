"""How far one metric of one cell moved from BASE to HEAD, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchkit.compare.judgement import Method
from benchkit.measure.interval import Z

Scores = tuple[NDArray[Any], NDArray[Any]]
"""Raw scores of normal images and of anomalies."""


@dataclass(frozen=True)
class Moved:
    """One difference; all numbers in the metric's unit.

    Attributes:
        base: value in BASE, or None where it is undefined.
        head: value in HEAD.
        difference: HEAD minus BASE.
        low: lower end of the 95 % interval of the difference.
        high: upper end of it.
        p_fall: one-sided p-value of the test that HEAD is below BASE; None without a test.
        p_rise: that it is above.
        method: how it was found; empty where it could not be judged.
        reason: why it could not.
    """

    base: float | None = None
    head: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_fall: float | None = None
    p_rise: float | None = None
    method: Method = ""
    reason: str = ""


@dataclass(frozen=True)
class Estimate:
    """A value and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def identical(value: float | None) -> Moved:
    """Return that nothing moved: every stored number of the cell is the same to the last bit."""
    nothing = None if value is None else 0.0
    return Moved(value, value, nothing, nothing, nothing, method="identical")


def paired(base: Scores, head: Scores, values: tuple[float, float]) -> Moved | None:
    """Return how far the AUROC moved on the same images in the same order, or None where its spread is unknown.

    The variance is that of DeLong, DeLong & Clarke-Pearson 1988 (Biometrics 44), with the covariance of the two
    AUROCs. Test and interval use Student's t with ``min(N, M) - 1`` degrees of freedom: of thousands of images that is
    the normal distribution, of a few it does not take the estimated variance for the true one.

    Args:
        base: N and M scores of BASE.
        head: scores of HEAD for the same images.
        values: the stored AUROCs of BASE and HEAD.

    Raises:
        DataError: scores that are not one-dimensional, none at all, or not finite.
    """
    from scipy.special import stdtr, stdtrit

    from benchkit.measure.paired import paired_difference

    found = paired_difference(base, head)
    if found.standard_error == 0.0:
        return _no_image_moved(values) if found.difference == 0.0 and _is_telling(base) else None
    freedom = min(len(base[0]), len(base[1])) - 1
    half_width = float(stdtrit(freedom, 0.975)) * found.standard_error
    student = found.difference / found.standard_error
    fall, rise = float(stdtr(freedom, student)), float(stdtr(freedom, -student))
    low, high = found.difference - half_width, found.difference + half_width
    return Moved(*values, found.difference, max(low, -1.0), min(high, 1.0), fall, rise, "paired DeLong")


def _is_telling(scores: Scores) -> bool:
    """Whether equal placements of all images say something: where none beats more than another, they could not."""
    from benchkit.measure.ranking import doubled_wins

    normal, anomaly = (np.asarray(each, dtype=np.float64) for each in scores)
    return np.unique(doubled_wins(anomaly, normal)).size > 1


def _no_image_moved(values: tuple[float, float]) -> Moved:
    """Return that nothing moved: the scores differ, as by rounding, and each image beats as many as it did."""
    return Moved(*values, 0.0, 0.0, 0.0, 0.5, 0.5, "paired DeLong")


def unpaired(base: Estimate, head: Estimate) -> Moved:
    """Return how far a value moved, from two intervals of independent samples.

    The interval is Zou & Donner's (2008, Statistics in Medicine 27): it keeps the asymmetry of both. The test takes
    the half widths that face each other for 1.96 standard errors. For runs on the same images it is conservative, since
    what is easy for BASE is easy for HEAD too.
    """
    difference = head.value - base.value
    down = math.hypot(head.high - head.value, base.value - base.low)
    up = math.hypot(head.value - head.low, base.high - base.value)
    low, high = difference - up, difference + down
    facing = up if difference > 0 else down if difference < 0 else max(up, down)
    if facing == 0.0:
        return Moved(base.value, head.value, difference, low, high, reason="the intervals have no width")
    fall, rise = _normal(Z * difference / facing), _normal(-Z * difference / facing)
    return Moved(base.value, head.value, difference, low, high, fall, rise, "unpaired intervals")


def estimate(row: Mapping[str, Any], metric: str) -> Estimate | None:
    """Return a metric of a cell with its interval, or None where the cell has none."""
    found = [row.get(name, math.nan) for name in (metric, f"{metric}_low", f"{metric}_high")]
    return None if any(map(math.isnan, found)) else Estimate(*map(float, found))


def _normal(score: float) -> float:
    """Return the share of the standard normal distribution below ``score``."""
    return math.erfc(-score / math.sqrt(2)) / 2
