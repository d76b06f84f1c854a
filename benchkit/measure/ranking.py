"""How well scores rank anomalies above normals, at no threshold in particular.

Scores are only ever compared, never added or scaled: the results are the same for any increasing map of them,
exact with ties, and safe for values near the ends of float64. O(n log n).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchkit.measure.scores import Scores, as_scores, check_prevalence


def doubled_wins(scores: Scores, rivals: Scores) -> NDArray[np.int64]:
    """Return for each score twice the number of rivals below it, a tie counting as half a win.

    Doubled, so that the counts are integers and everything made from them is exact.

    Args:
        scores: N finite scores.
        rivals: M finite scores.

    Returns:
        N counts from 0 to 2·M.
    """
    ordered = np.sort(rivals)
    below = np.searchsorted(ordered, scores, side="left")
    return (below + np.searchsorted(ordered, scores, side="right")).astype(np.int64)


def auroc(normal: ArrayLike, anomaly: ArrayLike) -> float:
    """Return the probability that an anomaly scores above a normal, ties counting half.

    The area under the ROC curve by the Mann–Whitney statistic (Hanley & McNeil 1982, Radiology 143).
    It does not depend on the prevalence, and ``auroc(a, b) + auroc(b, a)`` is 1.

    Args:
        normal: N scores of normal images.
        anomaly: M scores of anomalous images.

    Returns:
        0 to 1; 0.5 is chance; higher is better.

    Raises:
        DataError: scores that are not one-dimensional, none at all, or not finite.
    """
    normals, anomalies = as_scores(normal, where="normal"), as_scores(anomaly, where="anomaly")
    return int(doubled_wins(anomalies, normals).sum()) / (2 * normals.size * anomalies.size)


def average_precision(normal: ArrayLike, anomaly: ArrayLike, *, prevalence: float) -> float:
    """Return the precision averaged over the thresholds at which each anomaly is just found.

    The step-wise sum of ``(R_k - R_{k-1})·P_k`` over distinct scores (tied scores are one threshold), as in
    scikit-learn, with weights: anomalies together weigh ``prevalence``, normals the rest.

    Args:
        normal: N scores of normal images.
        anomaly: M scores of anomalous images.
        prevalence: share of anomalies, strictly between 0 and 1; it is also the value of a random ranking.

    Returns:
        0 to 1; higher is better.

    Raises:
        DataError: scores that are not one-dimensional, none at all, or not finite.
        UsageError: the prevalence is out of range.
    """
    normals, anomalies = as_scores(normal, where="normal"), as_scores(anomaly, where="anomaly")
    weight = check_prevalence(prevalence)
    found = weight * _share_at_or_above(anomalies, anomalies)
    false_alarms = (1.0 - weight) * _share_at_or_above(normals, anomalies)
    return float(np.mean(found / (found + false_alarms)))


def fpr_at_95_tpr(normal: ArrayLike, anomaly: ArrayLike) -> float:
    """Return the smallest share of normals flagged at a threshold that flags at least 95 % of the anomalies.

    Known as FPR@95TPR since Hendrycks & Gimpel 2017 (arXiv:1610.02136), who take anomalies as the negative class
    in some tables; here the anomaly is always the positive one. It does not depend on the prevalence.

    Args:
        normal: N scores of normal images.
        anomaly: M scores of anomalous images.

    Returns:
        0 to 1; lower is better.

    Raises:
        DataError: scores that are not one-dimensional, none at all, or not finite.
    """
    normals, anomalies = as_scores(normal, where="normal"), as_scores(anomaly, where="anomaly")
    missed = anomalies.size * 5 // 100  # how many anomalies may be missed; in integers, 0.95·M can round up
    lowest_found = np.partition(anomalies, missed)[missed]
    return int(np.count_nonzero(normals >= lowest_found)) / normals.size


def _share_at_or_above(scores: Scores, thresholds: Scores) -> Scores:
    """Return for each threshold the share of ``scores`` that are not below it."""
    below = np.searchsorted(np.sort(scores), thresholds, side="left")
    shares: Scores = (scores.size - below) / scores.size
    return shares
