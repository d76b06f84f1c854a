"""Intervals of means: over seeds, and over the columns of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchkit.measure.interval import MISS, Z


def pooled_interval(values: Sequence[float], lows: Sequence[float], highs: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of a metric's mean over seeds, which holds both sources of spread.

    Training differs from seed to seed: the variance of that in the mean of S seeds is s²/S. The test images are the
    same for all seeds: what their choice adds does not shrink with S. It is had from the seeds' own intervals, each
    half width being ``Z`` standard errors, for the lower and the upper side apart. The ends are
    ``mean ± t·sqrt(s²/S + mean((half width / Z)²))``, t being Student's quantile with the degrees of freedom of
    Welch (1947, Biometrika 34) and Satterthwaite (1946, Biometrics Bulletin 2); the second part counts as known.

    Args:
        values: the metric for each of S >= 1 seeds, 0 to 1.
        lows: lower ends of their 95 % intervals.
        highs: upper ends.

    Returns:
        The lower and the upper end, in [0, 1]; of one seed its own interval.
    """
    if len(values) == 1:
        return lows[0], highs[0]
    mean = math.fsum(values) / len(values)
    training = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values)
    below = _half_width(training, _mean_square(values, lows), len(values))
    above = _half_width(training, _mean_square(values, highs), len(values))
    return max(0.0, mean - below), min(1.0, mean + above)


def mean_interval(values: Sequence[float], lows: Sequence[float], highs: Sequence[float]) -> tuple[float, float]:
    """Return an interval of the mean of different cells that holds whatever they have to do with each other.

    Its half widths are the means of theirs. It is wide enough where all errors go the same way, as those of cells
    that share their normal images partly do; were they independent, it could be narrower.

    Args:
        values: a metric for each of n >= 1 cells.
        lows: lower ends of their 95 % intervals.
        highs: upper ends.

    Returns:
        The lower and the upper end.
    """
    mean = math.fsum(values) / len(values)
    below = math.fsum(value - low for value, low in zip(values, lows, strict=True)) / len(values)
    above = math.fsum(high - value for value, high in zip(values, highs, strict=True)) / len(values)
    return mean - below, mean + above


def _mean_square(values: Sequence[float], ends: Sequence[float]) -> float:
    """Return the mean variance that the half widths from ``values`` to ``ends`` stand for."""
    return math.fsum(((value - end) / Z) ** 2 for value, end in zip(values, ends, strict=True)) / len(values)


def _half_width(training: float, sampling: float, seeds: int) -> float:
    """Return Student's quantile times the root of both variances."""
    total = training + sampling
    if training <= total * 1e-9:  # next to nothing was estimated from the seeds
        return Z * math.sqrt(total)
    return _quantile((seeds - 1) * (total / training) ** 2) * math.sqrt(total)


def _quantile(freedom: float) -> float:
    """Return the quantile of Student's distribution that ``MISS / 2`` exceeds."""
    from scipy.special import stdtrit  # here: most tables have one seed

    return float(stdtrit(freedom, 1.0 - MISS / 2))
