"""Which detectors can be told apart over the anomalies: Friedman's test and what follows it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchkit.errors import UsageError, did_you_mean
from benchkit.measure.holm import holm

NEMENYI, WILCOXON_HOLM = "nemenyi", "wilcoxon-holm"

POSTHOC = (NEMENYI, WILCOXON_HOLM)
"""The tests of pairs that may follow Friedman's."""

ALPHA = 0.05
"""Share of boards without any difference on which a test may see one."""

_FEW = 13  # so many differences have all their signs tried; of more ties the distribution is taken as normal

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Apart:
    """What the anomalies, each of them one block, say of k detectors.

    Attributes:
        mean_ranks: k float64 from 1 (best) to k; ties share their ranks.
        pairs: k×k bool, symmetric: True where two detectors can be told apart.
        blocks: number of anomalies.
        test: ``Friedman``, ``Wilcoxon`` (of two detectors), or empty where no test can be had.
        statistic: Friedman's chi² or Wilcoxon's signed-rank sum; None without a test.
        p_value: of that test; None without one.
        posthoc: the test of pairs; empty where none followed.
        critical_difference: of mean ranks, in ranks; None unless the post-hoc test is Nemenyi's.
    """

    mean_ranks: Matrix
    pairs: NDArray[np.bool_]
    blocks: int
    test: str = ""
    statistic: float | None = None
    p_value: float | None = None
    posthoc: str = ""
    critical_difference: float | None = None


def check_posthoc(posthoc: str) -> str:
    """Return ``posthoc`` unchanged if it names a test of pairs.

    Raises:
        UsageError: there is no such test.
    """
    if posthoc not in POSTHOC:
        raise UsageError(
            f"table: got the post-hoc test {posthoc!r}; expected one of {', '.join(POSTHOC)}."
            f"{did_you_mean(posthoc, POSTHOC)}"
        )
    return posthoc


def tell_apart(values: Matrix, *, posthoc: str = NEMENYI) -> Apart:
    """Return which of k detectors differ over n anomalies, at 5 % over all pairs.

    Demšar 2006, Journal of Machine Learning Research 7: Friedman's test first; where it sees a difference, Nemenyi's
    test, or Wilcoxon's signed ranks with Holm's correction (Benavoli, Corani & Mangili 2016, Journal of Machine
    Learning Research 17: it does not depend on which other detectors are there). Two detectors: Wilcoxon's test alone.

    Args:
        values: n×k finite float64, higher is better.
        posthoc: one of ``POSTHOC``.

    Raises:
        UsageError: there is no such post-hoc test.
    """
    check_posthoc(posthoc)
    blocks, k = values.shape
    ranks = _ranks(values)
    none = Apart(ranks.mean(axis=0) if blocks else np.ones(k), np.zeros((k, k), dtype=np.bool_), blocks)
    if blocks < 2 or k < 2:
        return none
    return _of_two(values, none) if k == 2 else _of_many(values, none, posthoc)


def _ranks(values: Matrix) -> Matrix:
    from scipy.stats import rankdata

    ranks: Matrix = rankdata(-values, axis=1)
    return ranks


def _of_two(values: Matrix, none: Apart) -> Apart:
    statistic, p_value = _wilcoxon(values[:, 0] - values[:, 1])
    pairs = np.array([[False, True], [True, False]]) & (p_value < ALPHA)
    return Apart(none.mean_ranks, pairs, none.blocks, "Wilcoxon", statistic, p_value)


def _of_many(values: Matrix, none: Apart, posthoc: str) -> Apart:
    statistic, p_value = _friedman(values)
    if p_value >= ALPHA:
        return Apart(none.mean_ranks, none.pairs, none.blocks, "Friedman", statistic, p_value)
    if posthoc == NEMENYI:
        difference = critical_difference(values.shape[1], none.blocks)
        pairs = np.abs(np.subtract.outer(none.mean_ranks, none.mean_ranks)) > difference
        return Apart(none.mean_ranks, pairs, none.blocks, "Friedman", statistic, p_value, posthoc, difference)
    pairs = _wilcoxon_holm(values)
    return Apart(none.mean_ranks, pairs, none.blocks, "Friedman", statistic, p_value, posthoc)


def critical_difference(k: int, blocks: int) -> float:
    """Return how far apart mean ranks of k detectors must be at 5 %, by Nemenyi's test, in ranks."""
    from scipy.stats import studentized_range

    quantile = float(studentized_range.ppf(1.0 - ALPHA, k, np.inf))
    return quantile / math.sqrt(2.0) * math.sqrt(k * (k + 1) / (6.0 * blocks))


def _friedman(values: Matrix) -> tuple[float, float]:
    """Return chi² and p; where no block sees any difference, SciPy would divide by zero."""
    from scipy.stats import friedmanchisquare

    if (values == values[:, :1]).all():
        return 0.0, 1.0
    found = friedmanchisquare(*values.T)
    return float(found.statistic), float(found.pvalue)


def _wilcoxon_holm(values: Matrix) -> NDArray[np.bool_]:
    k = values.shape[1]
    first, second = np.triu_indices(k, 1)
    p_values = np.concatenate([_against_later(values, place) for place in range(k - 1)])
    pairs = np.zeros((k, k), dtype=np.bool_)
    pairs[first, second] = holm(p_values) < ALPHA
    return pairs | pairs.T


def _against_later(values: Matrix, place: int) -> Matrix:
    """Return the p-values of one detector and each that comes after it."""
    from scipy.stats import wilcoxon

    differences = (values[:, [place]] - values[:, place + 1 :]).T
    sizes = np.sort(np.abs(differences), axis=1)
    # One tie would make SciPy use for all what it uses for ties.
    tied = (sizes[:, 0] == 0) | (np.diff(sizes, axis=1) == 0).any(axis=1)
    p_values = np.ones(len(differences))
    if not tied.all():
        p_values[~tied] = wilcoxon(differences[~tied], axis=1).pvalue
    p_values[tied] = [_wilcoxon(each)[1] for each in differences[tied]]
    return p_values


def _wilcoxon(differences: Matrix) -> tuple[float, float]:
    """Return the statistic and p of one pair; without any difference there is nothing to rank."""
    from scipy.stats import rankdata, wilcoxon

    some = differences[differences != 0]
    if not some.size:
        return 0.0, 1.0
    ranks = rankdata(np.abs(some))
    if some.size <= _FEW and len(np.unique(ranks)) < some.size:
        return _over_all_signs(ranks, some > 0)
    found = wilcoxon(some)
    return float(found.statistic), float(found.pvalue)


def _over_all_signs(ranks: Matrix, positive: NDArray[np.bool_]) -> tuple[float, float]:
    """Return what SciPy's permutation test of tied ranks returns; it takes a second for each pair."""
    signs = np.arange(2**ranks.size)[:, None] >> np.arange(ranks.size) & 1
    sums, seen = signs @ ranks, float(ranks[positive].sum())
    p_value = 2.0 * min((sums <= seen).mean(), (sums >= seen).mean())
    return min(seen, float(ranks.sum()) - seen), min(1.0, float(p_value))
