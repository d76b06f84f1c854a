"""``pooling.pooled_interval`` of very many lines at once: one by one, a large leaderboard would take seconds more."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchkit.measure.interval import MISS, Z

_Numbers = NDArray[np.float64]

_NOTHING = 1e-9  # as there: such a share of the variance was not estimated from the seeds


def pooled_intervals(values: _Numbers, lows: _Numbers, highs: _Numbers) -> tuple[_Numbers, _Numbers]:
    """Return the ends of each line's interval over its seeds.

    Args:
        values: lines × seeds, 0 to 1.
        lows: lower ends of their intervals, of the same shape; NaN where there is none.
        highs: upper ends.

    Returns:
        The lower and the upper ends, one a line; NaN where one of its seeds has none.
    """
    seeds = values.shape[1]
    if seeds == 1:
        return lows[:, 0], highs[:, 0]
    means, training = values.mean(axis=1), values.var(axis=1, ddof=1) / seeds
    below, above = (_half_widths(training, (((values - ends) / Z) ** 2).mean(axis=1), seeds) for ends in (lows, highs))
    return np.maximum(0.0, means - below), np.minimum(1.0, means + above)


def _half_widths(training: _Numbers, sampling: _Numbers, seeds: int) -> _Numbers:
    """Return Student's quantiles times the roots of both variances."""
    from scipy.special import stdtrit

    total = training + sampling
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        freedom = (seeds - 1) * (total / training) ** 2
    some = training > total * _NOTHING
    quantiles = np.where(some, stdtrit(np.where(some, freedom, 1.0), 1.0 - MISS / 2), Z)
    widths: _Numbers = quantiles * np.sqrt(total)
    return widths
