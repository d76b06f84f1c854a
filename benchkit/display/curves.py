"""ROC and precision-recall curves of two samples of scores, thinned to what the eye can tell apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

POINTS = 200
"""Points of a thinned curve at most: a line of 400 pixels has no room for more."""


@dataclass(frozen=True)
class Curve:
    """A curve by its corners.

    Attributes:
        x: false-positive rate, or recall; in [0, 1], never decreasing.
        y: true-positive rate, or precision; in [0, 1].
        thresholds: scores at which the point is reached by flagging everything from there up; infinity flags nothing.
    """

    x: Numbers
    y: Numbers
    thresholds: Numbers


def roc_curve(normal: Numbers, anomaly: Numbers, *, points: int = POINTS) -> Curve:
    """Return the true-positive rate over the false-positive rate, from (0, 0) to (1, 1).

    Args:
        normal: scores of normals, n ≥ 1.
        anomaly: scores of anomalies, m ≥ 1.
        points: as many at most; all corners where there are not more.
    """
    thresholds, false, true = _rates(normal, anomaly)
    keep = _thinned(false, true, points)
    return Curve(false[keep], true[keep], thresholds[keep])


def precision_recall_curve(normal: Numbers, anomaly: Numbers, *, prevalence: float, points: int = POINTS) -> Curve:
    """Return the precision over the recall, weighted to a prevalence; from the highest threshold that flags anything.

    Args:
        normal: scores of normals, n ≥ 1.
        anomaly: scores of anomalies, m ≥ 1.
        prevalence: share of anomalies to weight to, in (0, 1).
        points: as many at most.
    """
    thresholds, false, true = (each[1:] for each in _rates(normal, anomaly))
    flagged = prevalence * true + (1 - prevalence) * false
    precision = prevalence * true / flagged
    keep = _thinned(true, precision, points)
    return Curve(true[keep], precision[keep], thresholds[keep])


def _rates(normal: Numbers, anomaly: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return each distinct score, from infinity downwards, and the shares of both kinds that are at least so high."""
    steps = np.concatenate([[np.inf], np.unique(np.concatenate([normal, anomaly]))[::-1]])
    false, true = (
        1 - np.searchsorted(np.sort(scores), steps, side="left") / len(scores) for scores in (normal, anomaly)
    )
    return steps, false, true


def _thinned(x: Numbers, y: Numbers, points: int) -> NDArray[np.int64]:
    """Return which corners to keep: spread evenly over the curve's own length, both ends among them."""
    if len(x) <= points:
        return np.arange(len(x))
    length = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    at = np.searchsorted(length, np.linspace(0.0, length[-1], points - 1), side="left")
    return np.unique(np.concatenate([at, [0, len(x) - 1]])).astype(np.int64)
