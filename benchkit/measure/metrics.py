"""The metrics of a cell: what they are called, their unit and direction, and all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike

from benchkit.measure.bootstrap import bootstrap_intervals
from benchkit.measure.decision import decide
from benchkit.measure.interval import auroc_interval
from benchkit.measure.ranking import auroc, average_precision, fpr_at_95_tpr
from benchkit.measure.scores import as_scores
from benchkit.measure.threshold import Threshold


@dataclass(frozen=True)
class Metric:
    """What a number is, for tables and comparisons.

    Attributes:
        name: field of the cell and key of ``evaluate``'s result.
        title: heading of its column.
        unit: ``share`` is a number from 0 to 1.
        higher_is_better: its direction.
        at_threshold: it depends on the threshold policy, which is to be shown beside it.
        at_prevalence: it depends on the prevalence, which is to be shown beside it.
    """

    name: str
    title: str
    unit: str
    higher_is_better: bool
    at_threshold: bool = False
    at_prevalence: bool = False


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("auroc", "AUROC", "share", higher_is_better=True),
        Metric("average_precision", "average precision", "share", higher_is_better=True, at_prevalence=True),
        Metric("precision", "precision", "share", higher_is_better=True, at_threshold=True, at_prevalence=True),
        Metric("recall", "recall", "share", higher_is_better=True, at_threshold=True),
        Metric("f1", "F1", "share", higher_is_better=True, at_threshold=True, at_prevalence=True),
        Metric("fpr95", "FPR@95TPR", "share", higher_is_better=False),
        Metric("accuracy", "accuracy", "share", higher_is_better=True, at_threshold=True, at_prevalence=True),
    )
}
"""Every metric, by name, in the order of the cell's fields."""

MEASURED: tuple[str, ...] = tuple(name for metric in METRICS for name in (metric, f"{metric}_low", f"{metric}_high"))
"""What ``evaluate`` returns: each metric, followed by the lower and the upper end of its 95 % interval."""


def evaluate(
    normal: ArrayLike, anomaly: ArrayLike, *, threshold: Threshold, prevalence: float
) -> dict[str, float | None]:
    """Return every metric in ``METRICS`` with its 95 % interval.

    Args:
        normal: N raw scores of normal test images.
        anomaly: M raw scores of anomalous images.
        threshold: found from calibration scores alone.
        prevalence: share of anomalies to weight to, strictly between 0 and 1.

    Returns:
        The numbers named in ``MEASURED``, in that order. The interval of the AUROC is DeLong's, the others are those of
        a stratified bootstrap. Precision and F1 are None, as are the ends of their intervals, where nothing is flagged.

    Raises:
        DataError: scores that are not one-dimensional, none at all, or not finite.
        UsageError: the prevalence is out of range.
    """
    # Sorted once here, the sorting and searching that each metric does for itself costs next to nothing.
    normals = np.sort(as_scores(normal, where="normal"))
    anomalies = np.sort(as_scores(anomaly, where="anomaly"))
    decisions = decide(normals, anomalies, threshold=threshold, prevalence=prevalence)
    values = {
        "auroc": auroc(normals, anomalies),
        "average_precision": average_precision(normals, anomalies, prevalence=prevalence),
        "precision": decisions.precision,
        "recall": decisions.recall,
        "f1": decisions.f1,
        "fpr95": fpr_at_95_tpr(normals, anomalies),
        "accuracy": decisions.accuracy,
    }
    intervals = {
        "auroc": auroc_interval(normals, anomalies),
        **bootstrap_intervals(normals, anomalies, threshold=threshold, prevalence=prevalence),
    }
    triples = ((values[name], *intervals[name]) for name in METRICS)
    return dict(zip(MEASURED, chain.from_iterable(triples), strict=True))
