"""Intervals of means: over seeds, and over the columns of a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchkit.measure.interval import MISS

Numbers = NDArray[np.float64]


def pooled_intervals(values: ArrayLike, lows: ArrayLike, highs: ArrayLike) -> tuple[Numbers, Numbers]:
    """Return the 95 % intervals of means over seeds, which hold both sources of spread.

    Training differs from seed to seed: of that, the mean of S seeds has the half width ``t·s/√S``, t being Student's
    quantile with S - 1 degrees of freedom. The test images are the same for all seeds: what their choice adds does not
    shrink with S, and its half width is the root mean square of the seeds' own, the lower and the upper side apart.
    The two errors have nothing to do with each other, so the half width of their sum is the root of both squares
    (MOVER: Zou & Donner 2008, Statistics in Medicine 27). It covers 95 % or a little more whichever is larger.
    Student's t with the degrees of freedom of Welch and Satterthwaite is narrower, but with two or three seeds it
    covers too seldom: where they agree by chance, it takes them for many.

    Args:
        values: lines × seeds: a metric, 0 to 1.
        lows: lower ends of their 95 % intervals, of the same shape; NaN where there is none.
        highs: upper ends.

    Returns:
        The lower and the upper ends, one a line, in [0, 1]; of one seed its own interval; NaN where a seed has none.
    """
    each, low, high = (np.asarray(given, dtype=np.float64) for given in (values, lows, highs))
    if each.shape[1] == 1:
        return low[:, 0], high[:, 0]
    means, training = each.mean(axis=1), _of_training(each)
    below, above = (np.sqrt(training + ((each - end) ** 2).mean(axis=1)) for end in (low, high))
    return np.maximum(0.0, means - below), np.minimum(1.0, means + above)


def pooled_interval(values: Sequence[float], lows: Sequence[float], highs: Sequence[float]) -> tuple[float, float]:
    """Return the interval of one mean over seeds, as ``pooled_intervals`` does.

    Args:
        values: the metric for each of S >= 1 seeds, 0 to 1.
        lows: lower ends of their 95 % intervals.
        highs: upper ends.

    Returns:
        The lower and the upper end, in [0, 1]; of one seed its own interval.
    """
    low, high = pooled_intervals([values], [lows], [highs])
    return float(low[0]), float(high[0])


def mean_interval(values: Sequence[float], lows: Sequence[float], highs: Sequence[float]) -> tuple[float, float]:
    """Return an interval of the mean of different cells that holds whatever they have to do with each other.

    Its half widths are the means of theirs. It is wide enough where all errors go the same way, as those of cells
    that share their normal images partly do; were they independent, it could be narrower.

    Args:
        values: a metric for each of n >= 1 cells.
        lows: lower ends of their 95 % intervals.
        highs: upper ends.

    Returns:
        The lower and the upper end; the mean lies between them.
    """
    mean = float(np.mean(values))
    return min(float(np.mean(lows)), mean), max(float(np.mean(highs)), mean)


def _of_training(values: Numbers) -> Numbers:
    """Return the square of Student's half width of each line's mean."""
    from scipy.special import stdtrit  # here: most tables have one seed

    seeds = values.shape[1]
    squares: Numbers = stdtrit(seeds - 1, 1.0 - MISS / 2) ** 2 * values.var(axis=1, ddof=1) / seeds
    return squares
