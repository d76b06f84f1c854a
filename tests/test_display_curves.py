"""Curves of two samples of scores, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import auc, average_precision_score, roc_auc_score
from sklearn.metrics import precision_recall_curve as reference_pr

from benchkit.display import precision_recall_curve, roc_curve

scores = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=60).map(np.array)


@given(normal=scores, anomaly=scores)
def test_the_area_below_the_roc_curve_is_the_auroc(normal: np.ndarray, anomaly: np.ndarray) -> None:
    """All corners are kept where there are few, with ties as one corner."""
    curve = roc_curve(normal, anomaly)
    labels = np.r_[np.zeros(len(normal)), np.ones(len(anomaly))]
    assert auc(curve.x, curve.y) == pytest.approx(roc_auc_score(labels, np.r_[normal, anomaly]))
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


@given(normal=scores, anomaly=scores)
def test_precision_and_recall_are_those_of_scikit_learn(normal: np.ndarray, anomaly: np.ndarray) -> None:
    """At the prevalence that the samples have, each threshold gives the same pair."""
    prevalence = len(anomaly) / (len(anomaly) + len(normal))
    curve = precision_recall_curve(normal, anomaly, prevalence=prevalence, points=1000)
    labels = np.r_[np.zeros(len(normal)), np.ones(len(anomaly))]
    precision, recall, thresholds = reference_pr(labels, np.r_[normal, anomaly])
    found = dict(zip(curve.thresholds, zip(curve.y, curve.x, strict=True), strict=True))
    for wanted, threshold in zip(zip(precision, recall, strict=False), thresholds, strict=False):
        assert found[threshold] == pytest.approx(wanted)


def test_the_prevalence_weights_the_precision() -> None:
    """Half the normals flagged with all anomalies: 0.5 / (0.5 + 0.25) at one half, 0.1 / (0.1 + 0.45) at a tenth."""
    normal, anomaly = np.array([0.0, 1.0]), np.array([1.0])
    for prevalence, precision in ((0.5, 0.5 / 0.75), (0.1, 0.1 / 0.55)):
        curve = precision_recall_curve(normal, anomaly, prevalence=prevalence)
        assert curve.y[0] == pytest.approx(precision)


def test_a_thinned_curve_has_few_points_and_the_same_area() -> None:
    """20,000 scores become at most 200 points, of which none was moved."""
    source = np.random.default_rng(0)
    normal, anomaly = source.normal(size=10_000), source.normal(1.5, size=10_000)
    curve, whole = roc_curve(normal, anomaly), roc_curve(normal, anomaly, points=10**6)
    assert len(curve.x) <= 200 < len(whole.x)
    assert auc(curve.x, curve.y) == pytest.approx(auc(whole.x, whole.y), abs=2e-4)
    assert set(zip(curve.x, curve.y, strict=True)) <= set(zip(whole.x, whole.y, strict=True))


def test_a_perfect_detector_has_an_average_precision_of_one() -> None:
    """The curve of separated scores stays at precision 1 until every anomaly is found."""
    normal, anomaly = np.arange(5.0), np.arange(10.0, 15.0)
    curve = precision_recall_curve(normal, anomaly, prevalence=0.5)
    assert curve.y[curve.x < 1].min(initial=1.0) == 1.0
    assert average_precision_score([0] * 5 + [1] * 5, np.r_[normal, anomaly]) == 1.0
