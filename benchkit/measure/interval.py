"""How sure an AUROC is: DeLong's 95 % interval in O(n log n)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchkit.measure.ranking import doubled_wins
from benchkit.measure.scores import Scores, as_scores

MISS = 0.05
"""Share of intervals that may miss the true value: the interval is a 95 % one."""

Z = 1.959963984540054
"""Standard normal quantile at ``1 - MISS / 2``."""


def auroc_interval(normal: ArrayLike, anomaly: ArrayLike) -> tuple[float, float]:
    """Return the 95 % interval of ``ranking.auroc``, both ends in [0, 1], the AUROC between them.

    The variance is DeLong's (DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44) from placements found by sorting
    (Sun & Xu 2014, IEEE Signal Processing Letters 21). The interval is symmetric on the logit scale, so it stays in
    range (Pepe 2003, section 5.2.4). Images are taken as independent; the detector and the split as given.

    That variance says nothing where it is zero (perfect separation, all scores equal) or cannot be had (a class of
    one image). There the interval is a conservative one, from ``k = min(N, M)`` independent pairs: at 0 and 1 the
    exact (Clopper–Pearson) bound ``(MISS / 2) ** (1 / k)``, otherwise Hoeffding's (1963, JASA 58, section 5b).

    Args:
        normal: N scores of normal images.
        anomaly: M scores of anomalous images.

    Returns:
        The lower and the upper end.

    Raises:
        DataError: scores that are not one-dimensional, none at all, or not finite.
    """
    normals, anomalies = as_scores(normal, where="normal"), as_scores(anomaly, where="anomaly")
    variance, wins, losses = _delong(normals, anomalies)
    if variance == 0.0:
        return _conservative(wins / (wins + losses), min(normals.size, anomalies.size))
    return logit_interval(wins, losses, math.sqrt(variance))


def _delong(normals: Scores, anomalies: Scores) -> tuple[float, int, int]:
    """Return the variance of the AUROC (0 where it is unknown) and the doubled numbers of won and lost pairs."""
    over_normals, over_anomalies = doubled_wins(anomalies, normals), doubled_wins(normals, anomalies)
    wins, losses = int(over_normals.sum()), int(over_anomalies.sum())
    if min(normals.size, anomalies.size) < 2:
        return 0.0, wins, losses
    variance = placement_variance(over_normals, normals.size) + placement_variance(over_anomalies, anomalies.size)
    return variance, wins, losses


def placement_variance(doubled: NDArray[np.int64], rivals: int) -> float:
    """Return the variance of the mean placement of a class: one of the two parts of DeLong's variance.

    Args:
        doubled: for each of n >= 2 images, twice the number of rivals that it beats (``ranking.doubled_wins``), or how
            two such numbers differ.
        rivals: how many there are.

    Returns:
        0 or above.
    """
    return float(doubled.var(ddof=1)) / (4.0 * rivals**2 * doubled.size)


def logit_interval(won: float, lost: float, deviation: float) -> tuple[float, float]:
    """Return the 95 % interval of the share ``won / (won + lost)`` that is symmetric around it on the logit scale.

    Args:
        won: how much was won, in any unit; above 0.
        lost: how much was lost, in the same unit; above 0. Not the share alone: 1 less it would lose digits.
        deviation: standard error of the share, not negative.

    Returns:
        The lower and the upper end, in [0, 1], the share between them.
    """
    share, rest = won / (won + lost), lost / (won + lost)
    centre, half_width = math.log(won / lost), Z * deviation / (share * rest)
    return min(_logistic(centre - half_width), share), max(_logistic(centre + half_width), share)


def hoeffding(area: float, pairs: int) -> tuple[float, float]:
    """Return the 95 % interval of ``area`` that ``pairs`` independent pairs allow, whatever it is the mean of.

    Hoeffding 1963, Journal of the American Statistical Association 58.

    Args:
        area: a share, 0 to 1.
        pairs: pairs of a normal and an anomaly, at least 1.

    Returns:
        The lower and the upper end, in [0, 1].
    """
    half_width = math.sqrt(math.log(2 / MISS) / (2 * pairs))
    return max(0.0, area - half_width), min(1.0, area + half_width)


def _logistic(x: float) -> float:
    """Return ``1 / (1 + exp(-x))`` without overflow."""
    small = math.exp(-abs(x))
    return (1.0 if x >= 0 else small) / (1.0 + small)


def _conservative(area: float, pairs: int) -> tuple[float, float]:
    """Return the interval that ``pairs`` independent pairs of a normal and an anomaly allow."""
    exact = (MISS / 2) ** (1 / pairs)
    if area in (0.0, 1.0):
        return (exact, 1.0) if area else (0.0, 1.0 - exact)
    return hoeffding(area, pairs)
