"""The range of ranks that the data allow each detector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchkit.measure.holm import holm
from benchkit.measure.interval import Z
from benchkit.report.apart import ALPHA

_Numbers = NDArray[np.float64]


def rank_ranges(values: _Numbers, lows: _Numbers, highs: _Numbers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the best and the worst rank that the data allow each of k detectors, 1 for the best.

    One plus the number of detectors that are significantly better, and k minus the number of those significantly
    worse (Mogstad, Romano, Shaikh & Wilhelm 2024, Review of Economic Studies 91, with Holm's correction over all
    pairs for their bootstrap): all ranges hold the true ranks at once in 95 % of boards. A pair's z is its difference
    by the root of the sum of squares of the facing half widths over 1.96. That takes the detectors as unrelated;
    they see the same images, so their errors go together, and the range is wider than it had to be.

    Args:
        values: k numbers, higher is better.
        lows: lower ends of their 95 % intervals; NaN where there is none: nothing is significant there.
        highs: upper ends.
    """
    order = np.argsort(-values, kind="stable")
    better, worse = np.triu_indices(len(values), 1)  # places in that order
    z = _z(values[order], lows[order], highs[order], better, worse)
    apart = holm(_two_sided(z)) < ALPHA
    lowest, highest = (np.empty(len(values), dtype=np.int64) for _ in range(2))
    lowest[order] = 1 + np.bincount(worse[apart], minlength=len(values))
    highest[order] = len(values) - np.bincount(better[apart], minlength=len(values))
    return lowest, highest


def _z(
    values: _Numbers, lows: _Numbers, highs: _Numbers, better: NDArray[np.intp], worse: NDArray[np.intp]
) -> _Numbers:
    """Return each pair's z, 0 or more; infinite where neither has any error; 0 where one is unknown."""
    differences = values[better] - values[worse]
    errors = np.hypot((values - lows)[better], (highs - values)[worse]) / Z
    with np.errstate(divide="ignore", invalid="ignore"):
        z = differences / errors
    return np.where(np.isnan(z), 0.0, z)


def _two_sided(z: _Numbers) -> _Numbers:
    from scipy.special import erfc

    p_values: _Numbers = erfc(z / np.sqrt(2.0))
    return p_values
