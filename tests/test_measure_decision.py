"""Metrics at a threshold against scikit-learn, with weights for the prevalence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as reference

from benchkit.errors import DataError, UsageError
from benchkit.measure.decision import Decisions, decide
from benchkit.measure.threshold import Threshold

Array = NDArray[np.float64]
SCORES = st.lists(st.integers(-4, 4).map(float), min_size=1, max_size=40).map(np.array)
THRESHOLDS = st.builds(Threshold, st.integers(-5, 5).map(float), st.none() | st.integers(-5, 5).map(float))


@given(normal=SCORES, anomaly=SCORES, threshold=THRESHOLDS, prevalence=st.floats(0.01, 0.99))
def test_decisions_are_those_of_scikit_learn(
    normal: Array, anomaly: Array, threshold: Threshold, prevalence: float
) -> None:
    """Precision, recall, F1 and accuracy equal scikit-learn's with the same weights."""
    decisions = decide(normal, anomaly, threshold=threshold, prevalence=prevalence)
    truth = np.repeat([0, 1], [normal.size, anomaly.size])
    flagged = threshold.flags(np.concatenate([normal, anomaly])).astype(int)
    weight = np.repeat([(1 - prevalence) / normal.size, prevalence / anomaly.size], [normal.size, anomaly.size])
    precision, recall, f1, _ = reference.precision_recall_fscore_support(
        truth, flagged, sample_weight=weight, average="binary", zero_division=0.0
    )
    assert decisions.recall == pytest.approx(recall)
    assert decisions.accuracy == pytest.approx(reference.accuracy_score(truth, flagged, sample_weight=weight))
    assume(flagged.any())
    assert decisions.precision == pytest.approx(precision)
    assert decisions.f1 == pytest.approx(f1)


def test_nothing_flagged_leaves_precision_undefined() -> None:
    """Where nothing is flagged precision and F1 are None, recall is 0, and accuracy is the share of normals."""
    decisions = decide([0.0, 1.0], [0.5], threshold=Threshold(9.0), prevalence=0.2)
    assert (decisions.precision, decisions.f1, decisions.recall) == (None, None, 0.0)
    assert decisions.accuracy == pytest.approx(0.8)


def test_only_false_alarms_are_a_precision_of_zero() -> None:
    """Flagged normals and no flagged anomaly are a defined precision: 0."""
    decisions = decide([5.0], [0.0], threshold=Threshold(1.0), prevalence=0.5)
    assert (decisions.precision, decisions.f1) == (0.0, 0.0)


def test_prevalence_weights_and_drops_nobody() -> None:
    """Ten times as many normals at the same rates give the same precision."""
    normal, anomaly = np.array([0.0, 0.0, 0.0, 2.0]), np.array([2.0, 0.0])
    few = decide(normal, anomaly, threshold=Threshold(1.0), prevalence=0.1)
    many = decide(np.tile(normal, 10), anomaly, threshold=Threshold(1.0), prevalence=0.1)
    assert few == many
    assert few.precision == pytest.approx(0.1 * 0.5 / (0.1 * 0.5 + 0.9 * 0.25))


@given(recall=st.floats(0, 1), alarms=st.floats(0.01, 1), rare=st.floats(0.01, 0.4), more=st.floats(0.05, 0.5))
def test_precision_rises_with_prevalence(recall: float, alarms: float, rare: float, more: float) -> None:
    """The more anomalies there are, the more of what is flagged is one."""
    low, high = Decisions(recall, alarms, rare).precision, Decisions(recall, alarms, rare + more).precision
    assert low is not None
    assert high is not None
    assert low <= high + 1e-12


def test_bad_input_is_refused() -> None:
    """Scores that are none and an impossible prevalence are refused."""
    with pytest.raises(DataError, match="anomaly scores"):
        decide([1.0], [np.inf], threshold=Threshold(0.0), prevalence=0.5)
    with pytest.raises(UsageError, match="prevalence"):
        decide([1.0], [1.0], threshold=Threshold(0.0), prevalence=0.0)
