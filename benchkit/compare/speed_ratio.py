"""Two series of times against each other: a rank test, the ratio and its interval.

The test is Mann and Whitney's (1947, Annals of Mathematical Statistics 18); the ratio and its interval are those of
Hodges and Lehmann (1963, Annals of Mathematical Statistics 34) on the logarithms, which is the same test turned round:
the interval holds every factor by which HEAD could be multiplied without the test finding a difference at 5 %.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL = 0.05
"""Error of the test, and what the intervals leave out."""

_EXACT = 50  # pairs; beyond, the normal approximation of the signed ranks is good, as in scipy
_Z = 1.959964


@dataclass(frozen=True)
class Ratio:
    """How HEAD's times stand to BASE's.

    Attributes:
        value: HEAD / BASE, above 0; 1 is no change.
        low: lower end of its 95 % interval, or None where there are too few numbers for one.
        high: upper end.
        p_value: two-sided, of the rank test; not adjusted.
    """

    value: float
    low: float | None
    high: float | None
    p_value: float

    def and_also(self, other: Ratio) -> Ratio:
        """Return what both ways of reading the same times say: the smaller change, the wider interval, the larger p.

        Where one finds a gain and the other a loss, there is no change to speak of: p is 1.
        """
        apart = (self.value - 1.0) * (other.value - 1.0) < 0.0
        nearer = min(self.value, other.value, key=lambda value: abs(math.log(value)))
        ends = [(self.low, other.low), (self.high, other.high)]
        low, high = (None if None in pair else pick(pair) for pair, pick in zip(ends, (min, max), strict=True))  # type: ignore[type-var]
        return Ratio(nearer, low, high, 1.0 if apart else max(self.p_value, other.p_value))

    def inverse(self) -> Ratio:
        """Return BASE / HEAD: the ratio of the speeds where this one is of times."""
        turned = [None if end is None else 1 / end for end in (self.high, self.low)]
        return Ratio(1 / self.value, turned[0], turned[1], self.p_value)


def unpaired_ratio(base: Floats, head: Floats) -> Ratio:
    """Compare two independent series.

    Args:
        base: at least one number, all positive.
        head: the same; the number of them may be another.
    """
    from scipy.stats import mannwhitneyu

    one, other = np.log(base), np.log(head)
    method = "asymptotic" if _tied(one, other) else "exact"
    p_value = (
        1.0 if np.ptp(np.concatenate((one, other))) == 0 else float(mannwhitneyu(one, other, method=method).pvalue)
    )
    differences = np.sort(np.subtract.outer(other, one), axis=None)
    return _ratio(differences, _rank_of_the_end(len(one), len(other)), p_value)


def paired_ratio(base: Floats, head: Floats) -> Ratio:
    """Compare two series whose numbers belong together: Wilcoxon's signed-rank test (1945, Biometrics Bulletin 1).

    Args:
        base: at least one number, all positive.
        head: as many, in the same order.
    """
    from scipy.stats import wilcoxon

    differences = np.log(head) - np.log(base)
    p_value = float(wilcoxon(differences).pvalue) if np.any(differences) else 1.0
    first, second = np.triu_indices(len(differences))
    means = np.sort((differences[first] + differences[second]) / 2)
    return _ratio(means, _rank_of_the_paired_end(len(differences)), p_value)


def _ratio(ordered: Floats, rank: int, p_value: float) -> Ratio:
    """Return the ratio of ordered logarithms; ``rank`` of them lie outside each end, less one (0: no interval)."""
    value = float(np.exp(np.median(ordered)))
    if rank < 1:
        return Ratio(value, None, None, p_value)
    low, high = float(np.exp(ordered[rank - 1])), float(np.exp(ordered[-rank]))
    return Ratio(value, min(low, value), max(high, value), p_value)


def _tied(one: Floats, other: Floats) -> bool:
    together = np.concatenate((one, other))
    return len(np.unique(together)) < len(together)


@functools.cache
def _rank_of_the_end(base: int, head: int) -> int:
    """Return the largest rank r for which P(U <= r - 1) <= 2.5 % under no change, 0 where there is none."""
    return _largest_rank(_ways(base, head))


@functools.cache
def _ways(base: int, head: int) -> Floats:
    """Return in how many ways U can be 0, 1, …: the largest number of all is one of BASE's, or one of HEAD's."""
    if base == 0 or head == 0:
        return np.ones(1)
    return np.pad(_ways(base - 1, head), (head, 0)) + np.pad(_ways(base, head - 1), (0, base))


@functools.cache
def _rank_of_the_paired_end(count: int) -> int:
    """Return the same for the sum of the positive ranks of ``count`` pairs."""
    if count > _EXACT:
        spread = math.sqrt(count * (count + 1) * (2 * count + 1) / 24)
        return int(count * (count + 1) / 4 - _Z * spread)
    ways = np.ones(1)
    for rank in range(1, count + 1):  # each rank is counted in, or it is not
        ways = np.pad(ways, (0, rank)) + np.pad(ways, (rank, 0))
    return _largest_rank(ways)


def _largest_rank(ways: Floats) -> int:
    below = np.cumsum(ways) / ways.sum()
    return int(np.searchsorted(below, LEVEL / 2, side="right"))
