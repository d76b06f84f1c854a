"""Rank metrics against scikit-learn and SciPy, and the laws that they must keep."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from sklearn import metrics as reference

from benchkit.errors import DataError, UsageError
from benchkit.measure.ranking import auroc, average_precision, doubled_wins, fpr_at_95_tpr

Array = NDArray[np.float64]

# Few distinct values give ties; the far ends of float64 and of float32 stand beside ordinary numbers.
EXTREMES = [0.0, -0.0, 1e-300, -1e-300, 1e300, -1e300, 3.4028234663852886e38, 1.0, 5e-324, 1.7976931348623157e308]
VALUES = st.one_of(st.sampled_from(EXTREMES), st.integers(-3, 3).map(float), st.floats(-10, 10))
SCORES = st.lists(VALUES, min_size=1, max_size=40).map(np.array)
PREVALENCE = st.floats(0.001, 0.999)


def weighted(normal: Array, anomaly: Array, prevalence: float) -> dict[str, Array]:
    """Return labels, scores and weights the way scikit-learn takes them."""
    return {
        "y_true": np.repeat([0, 1], [normal.size, anomaly.size]),
        "y_score": np.concatenate([normal, anomaly]),
        "sample_weight": np.repeat(
            [(1 - prevalence) / normal.size, prevalence / anomaly.size], [normal.size, anomaly.size]
        ),
    }


@given(normal=SCORES, anomaly=SCORES, prevalence=PREVALENCE)
def test_auroc_is_that_of_scikit_learn(normal: Array, anomaly: Array, prevalence: float) -> None:
    """AUROC equals scikit-learn's at any prevalence, ties and extreme values included."""
    expected = reference.roc_auc_score(**weighted(normal, anomaly, prevalence))
    assert auroc(normal, anomaly) == pytest.approx(expected, abs=1e-12)


@given(normal=SCORES, anomaly=SCORES)
def test_auroc_is_the_mann_whitney_statistic(normal: Array, anomaly: Array) -> None:
    """AUROC is SciPy's U statistic over the number of pairs."""
    expected = stats.mannwhitneyu(anomaly, normal, method="asymptotic").statistic / (normal.size * anomaly.size)
    assert auroc(normal, anomaly) == pytest.approx(expected, abs=1e-12)


@given(normal=SCORES, anomaly=SCORES, prevalence=PREVALENCE)
def test_average_precision_is_that_of_scikit_learn(normal: Array, anomaly: Array, prevalence: float) -> None:
    """Average precision equals scikit-learn's with the same weights, tied scores being one threshold."""
    expected = reference.average_precision_score(**weighted(normal, anomaly, prevalence))
    assert average_precision(normal, anomaly, prevalence=prevalence) == pytest.approx(expected, abs=1e-9)


@given(normal=SCORES, anomaly=SCORES)
def test_fpr95_is_the_best_point_of_the_curve(normal: Array, anomaly: Array) -> None:
    """FPR@95TPR is the least false positive rate on scikit-learn's curve among points with enough anomalies."""
    arguments = weighted(normal, anomaly, 0.5)
    false_positive, true_positive, _ = reference.roc_curve(
        arguments["y_true"], arguments["y_score"], drop_intermediate=False
    )
    enough = np.rint(true_positive * anomaly.size) * 100 >= 95 * anomaly.size
    assert fpr_at_95_tpr(normal, anomaly) == pytest.approx(false_positive[enough].min(), abs=1e-12)


@pytest.mark.parametrize("size", [1, 19, 20, 21, 40, 100, 1000])
def test_fpr95_misses_no_more_than_a_twentieth(size: int) -> None:
    """Exactly the anomalies that may be missed are missed: of 20 one, of 19 none."""
    anomaly = np.arange(size, dtype=float)
    may_miss = size // 20
    assert fpr_at_95_tpr(np.array([may_miss - 0.5]), anomaly) == 0.0
    assert fpr_at_95_tpr(np.array([float(may_miss)]), anomaly) == 1.0


@given(normal=SCORES, anomaly=SCORES)
def test_swapping_the_classes_mirrors_auroc(normal: Array, anomaly: Array) -> None:
    """The two AUROCs of swapped classes add up to 1."""
    assert auroc(normal, anomaly) + auroc(anomaly, normal) == pytest.approx(1.0, abs=1e-15)


INCREASING: list[Callable[[Array], Array]] = [
    lambda x: 3.0 * x,
    lambda x: x**3,
    lambda x: np.exp(x / 5),
    lambda x: np.ldexp(x, 900),
    lambda x: np.ldexp(x, -900),
]


@pytest.mark.parametrize("increase", INCREASING)
@given(data=st.data())
def test_increasing_maps_change_nothing(increase: Callable[[Array], Array], data: st.DataObject) -> None:
    """Rank metrics are the same bits for any increasing map of the scores."""
    whole = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=30).map(np.array)
    normal, anomaly = data.draw(whole), data.draw(whole)
    for metric in (auroc, fpr_at_95_tpr, lambda n, a: average_precision(n, a, prevalence=0.3)):
        assert metric(increase(normal), increase(anomaly)) == metric(normal, anomaly)


@given(normal=SCORES, anomaly=SCORES, seed=st.integers(0, 1000))
def test_order_and_input_are_left_alone(normal: Array, anomaly: Array, seed: int) -> None:
    """The order of the scores does not matter, and the arrays are not changed."""
    before = normal.copy(), anomaly.copy()
    shuffle = np.random.default_rng(seed).permutation
    for metric in (auroc, fpr_at_95_tpr, lambda n, a: average_precision(n, a, prevalence=0.3)):
        assert metric(shuffle(normal), shuffle(anomaly)) == pytest.approx(metric(normal, anomaly), abs=1e-15)
    np.testing.assert_array_equal(normal, before[0])
    np.testing.assert_array_equal(anomaly, before[1])


def test_float32_that_saturates_ties() -> None:
    """Scores that overflowed to float32's largest value are ties, not a ranking."""
    largest = np.full(50, np.finfo(np.float32).max, dtype=np.float32)
    assert auroc(largest, largest) == 0.5
    assert average_precision(largest, largest, prevalence=0.2) == pytest.approx(0.2)
    assert fpr_at_95_tpr(largest, largest) == 1.0


def test_differences_below_float32_count() -> None:
    """Scores apart by one float64 step are ranked."""
    normal = np.ones(30)
    assert auroc(normal, np.nextafter(normal, 2.0)) == 1.0


def test_perfect_and_reversed_rankings() -> None:
    """Complete separation is 1 and 0, and average precision of the best ranking is 1."""
    low, high = np.arange(10.0), np.arange(10.0, 17.0)
    assert (auroc(low, high), auroc(high, low)) == (1.0, 0.0)
    assert average_precision(low, high, prevalence=0.01) == 1.0
    assert (fpr_at_95_tpr(low, high), fpr_at_95_tpr(high, low)) == (0.0, 1.0)


def test_counts_of_many_pairs_do_not_overflow() -> None:
    """The number of pairs of a hundred thousand scores a class is counted exactly."""
    scores = np.arange(100_000, dtype=float)
    assert int(doubled_wins(scores, scores).sum()) == 100_000**2
    assert auroc(scores, scores) == 0.5


@pytest.mark.parametrize("bad", [[], [math.nan], [math.inf], [[1.0]]])
@pytest.mark.parametrize("metric", [auroc, fpr_at_95_tpr, lambda n, a: average_precision(n, a, prevalence=0.5)])
def test_bad_scores_are_refused(metric: Callable[[Any, Any], float], bad: list[Any]) -> None:
    """Every rank metric refuses scores that are none, and says of which class they are."""
    with pytest.raises(DataError, match="normal scores"):
        metric(bad, [1.0])
    with pytest.raises(DataError, match="anomaly scores"):
        metric([1.0], bad)


def test_average_precision_refuses_an_impossible_prevalence() -> None:
    """A prevalence of 1 leaves nothing to find."""
    with pytest.raises(UsageError, match="prevalence"):
        average_precision([0.0], [1.0], prevalence=1.0)
