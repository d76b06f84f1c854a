"""All metrics at once: the same numbers as one by one, under declared names."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from benchkit.errors import DataError, UsageError
from benchkit.measure.bootstrap import bootstrap_intervals
from benchkit.measure.decision import decide
from benchkit.measure.interval import auroc_interval
from benchkit.measure.metrics import MEASURED, METRICS, evaluate
from benchkit.measure.ranking import auroc, average_precision, fpr_at_95_tpr
from benchkit.measure.threshold import Threshold, parse_policy
from benchkit.results.cell import Cell

NORMAL = np.random.default_rng(0).normal(size=400).round(2)
ANOMALY = np.random.default_rng(1).normal(1.2, size=300).round(2)


def test_every_metric_is_what_it_is_alone() -> None:
    """``evaluate`` returns the value of each metric's own function."""
    threshold = parse_policy("zscore:1.5").fit(NORMAL)
    found = evaluate(NORMAL, ANOMALY, threshold=threshold, prevalence=0.1)
    decisions = decide(NORMAL, ANOMALY, threshold=threshold, prevalence=0.1)
    assert {name: found[name] for name in METRICS} == {
        "auroc": auroc(NORMAL, ANOMALY),
        "average_precision": pytest.approx(average_precision(NORMAL, ANOMALY, prevalence=0.1)),
        "precision": decisions.precision,
        "recall": decisions.recall,
        "f1": decisions.f1,
        "fpr95": fpr_at_95_tpr(NORMAL, ANOMALY),
        "accuracy": decisions.accuracy,
    }


def test_every_metric_has_its_interval() -> None:
    """DeLong's for the AUROC, the bootstrap's for the others, the metric within it."""
    threshold = parse_policy("zscore:1.5").fit(NORMAL)
    found = evaluate(NORMAL, ANOMALY, threshold=threshold, prevalence=0.1)
    assert {name: (found[f"{name}_low"], found[f"{name}_high"]) for name in METRICS} == {
        "auroc": auroc_interval(NORMAL, ANOMALY),
        **bootstrap_intervals(NORMAL, ANOMALY, threshold=threshold, prevalence=0.1),
    }
    assert all((found[f"{name}_low"] or 0) < (found[name] or 0) < (found[f"{name}_high"] or 0) for name in METRICS)


def test_what_is_undefined_has_no_interval() -> None:
    """Where nothing is flagged, precision and F1 are None, and so are their ends; the others are numbers."""
    found = evaluate(NORMAL, ANOMALY, threshold=Threshold(100.0), prevalence=0.5)
    undefined = {name for name, value in found.items() if value is None}
    assert undefined == {f"{name}{end}" for name in ("precision", "f1") for end in ("", "_low", "_high")}


def test_every_metric_is_declared_and_has_a_field() -> None:
    """The metrics returned are the metrics declared, each under its own name and with a field in the cell."""
    found = evaluate(NORMAL, ANOMALY, threshold=Threshold(0.0), prevalence=0.5)
    assert tuple(found) == MEASURED
    assert tuple(name for name in found if not name.endswith(("_low", "_high"))) == tuple(METRICS)
    assert all(metric.name == name and metric.title and metric.unit for name, metric in METRICS.items())
    assert set(MEASURED) <= {field.name for field in fields(Cell)}


@pytest.mark.parametrize("name", sorted(METRICS))
def test_direction_is_true(name: str) -> None:
    """A better separation moves each metric in the direction that it declares."""
    threshold = Threshold(1.0)
    worse = evaluate(NORMAL, ANOMALY, threshold=threshold, prevalence=0.5)[name]
    better = evaluate(NORMAL, ANOMALY + 1.0, threshold=threshold, prevalence=0.5)[name]
    assert worse is not None
    assert better is not None
    assert (better > worse) is METRICS[name].higher_is_better


@pytest.mark.parametrize("name", sorted(METRICS))
def test_dependence_is_declared(name: str) -> None:
    """A metric changes with the prevalence or with the threshold if and only if it says so."""
    value = evaluate(NORMAL, ANOMALY, threshold=Threshold(1.0), prevalence=0.5)[name]
    at_prevalence = evaluate(NORMAL, ANOMALY, threshold=Threshold(1.0), prevalence=0.1)[name]
    at_threshold = evaluate(NORMAL, ANOMALY, threshold=Threshold(0.5), prevalence=0.5)[name]
    assert (at_prevalence != value) is METRICS[name].at_prevalence
    assert (at_threshold != value) is METRICS[name].at_threshold


def test_values_are_plain_python_and_input_is_untouched() -> None:
    """Values can be written as JSON as they are, and unsorted input stays unsorted."""
    normal, anomaly = NORMAL.copy(), ANOMALY.copy()
    found = evaluate(normal, anomaly, threshold=Threshold(0.5), prevalence=0.5)
    assert {type(value) for value in found.values()} == {float}
    np.testing.assert_array_equal(normal, NORMAL)
    np.testing.assert_array_equal(anomaly, ANOMALY)


def test_bad_input_is_refused() -> None:
    """Scores that are none and an impossible prevalence are refused."""
    with pytest.raises(DataError, match="normal scores"):
        evaluate([], [1.0], threshold=Threshold(0.0), prevalence=0.5)
    with pytest.raises(UsageError, match="prevalence"):
        evaluate([1.0], [1.0], threshold=Threshold(0.0), prevalence=2.0)
