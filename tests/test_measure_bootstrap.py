"""Bootstrap intervals against a bootstrap that resamples image by image, and what they do where that says nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from benchkit.errors import DataError, UsageError
from benchkit.measure.bootstrap import bootstrap_intervals
from benchkit.measure.decision import decide
from benchkit.measure.ranking import average_precision, fpr_at_95_tpr
from benchkit.measure.threshold import Threshold

Array = NDArray[np.float64]
SCORES = st.lists(st.one_of(st.integers(-3, 3).map(float), st.floats(-9, 9)), min_size=1, max_size=40).map(np.array)
THRESHOLDS = st.builds(Threshold, st.floats(-4, 4), st.none() | st.floats(-6, -4))
PREVALENCES = st.sampled_from([0.01, 0.3, 0.5, 0.99])
AT = Threshold(1.2)
NAMES = ("average_precision", "precision", "recall", "f1", "fpr95", "accuracy")


def values(normal: Array, anomaly: Array, threshold: Threshold, prevalence: float) -> dict[str, float | None]:
    """Return the metrics themselves."""
    decisions = decide(normal, anomaly, threshold=threshold, prevalence=prevalence)
    return {
        "average_precision": average_precision(normal, anomaly, prevalence=prevalence),
        "fpr95": fpr_at_95_tpr(normal, anomaly),
        **{name: getattr(decisions, name) for name in ("precision", "recall", "f1", "accuracy")},
    }


def sample(n: int, m: int, *, seed: int, shift: float = 1.0, ties: bool = False) -> tuple[Array, Array]:
    """Return N scores of normals and M of anomalies; rounded, there are a dozen different ones."""
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=n), rng.normal(shift, size=m)
    return (np.round(drawn[0] * 2) / 2, np.round(drawn[1] * 2) / 2) if ties else drawn


def resampled(normal: Array, anomaly: Array, prevalence: float, draws: int) -> dict[str, Array]:
    """Return the metrics of resamples drawn image by image, from each class as many as it has."""
    rng = np.random.default_rng(0)
    found = [
        values(rng.choice(normal, normal.size), rng.choice(anomaly, anomaly.size), AT, prevalence) for _ in range(draws)
    ]
    return {name: np.array([each[name] for each in found], dtype=float) for name in NAMES}


@pytest.mark.parametrize("prevalence", [0.5, 0.1])
@pytest.mark.parametrize("ties", [False, True], ids=["continuous", "ties"])
def test_ends_are_those_of_resampling_image_by_image(ties: bool, prevalence: float) -> None:
    """With a thousand images a class both ends are where resampling images puts them, within an eighth of the width."""
    normal, anomaly = sample(1000, 1200, seed=1, ties=ties)
    naive = resampled(normal, anomaly, prevalence, 1500)
    intervals = bootstrap_intervals(normal, anomaly, threshold=AT, prevalence=prevalence)
    for name in NAMES:
        low, high = np.percentile(naive[name], [2.5, 97.5])
        np.testing.assert_allclose(intervals[name], (low, high), atol=(high - low) / 8, err_msg=name)


@settings(max_examples=40)
@given(normal=SCORES, anomaly=SCORES, threshold=THRESHOLDS, prevalence=PREVALENCES)
def test_intervals_hold_the_metric(normal: Array, anomaly: Array, threshold: Threshold, prevalence: float) -> None:
    """The ends lie in [0, 1] with the metric between them, whatever the scores; of an undefined one there are none."""
    intervals = bootstrap_intervals(normal, anomaly, threshold=threshold, prevalence=prevalence)
    for name, value in values(normal, anomaly, threshold, prevalence).items():
        low, high = intervals[name]
        if value is None:
            assert (low, high) == (None, None)
        else:
            assert low is not None
            assert high is not None
            assert 0.0 <= low <= value <= high <= 1.0
            assert low < high


@settings(max_examples=40)
@given(normal=SCORES, anomaly=SCORES, seed=st.integers(0, 99))
def test_order_of_the_images_does_not_matter(normal: Array, anomaly: Array, seed: int) -> None:
    """Shuffled scores have the same intervals to the bit, and so has a second call."""
    rng = np.random.default_rng(seed)
    shuffled = bootstrap_intervals(rng.permutation(normal), rng.permutation(anomaly), threshold=AT, prevalence=0.5)
    assert shuffled == bootstrap_intervals(normal, anomaly, threshold=AT, prevalence=0.5)


@settings(max_examples=40)
@given(data=st.data())
def test_an_increasing_map_changes_nothing(data: st.DataObject) -> None:
    """Scores and threshold mapped by an increasing function have the same intervals."""
    few = st.lists(st.integers(-20, 20).map(float), min_size=2, max_size=300).map(np.array)
    normal, anomaly = data.draw(few), data.draw(few)
    mapped = bootstrap_intervals(
        np.exp(normal / 5), np.exp(anomaly / 5), threshold=Threshold(float(np.exp(3.0 / 5))), prevalence=0.2
    )
    assert mapped == bootstrap_intervals(normal, anomaly, threshold=Threshold(3.0), prevalence=0.2)


def test_global_random_state_is_left_alone() -> None:
    """The draws come from a stream of their own."""
    before = np.random.get_state()[1].copy()
    bootstrap_intervals(*sample(20, 20, seed=0), threshold=AT, prevalence=0.5)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


EXPECTED = {
    "average_precision": (0.848128, 0.960607),
    "precision": (0.749817, 0.953087),
    "recall": (0.522644, 0.819676),
    "f1": (0.631205, 0.857654),
    "fpr95": (0.197565, 0.502839),
    "accuracy": (0.694392, 0.866494),
}


def test_ends_are_the_same_for_good() -> None:
    """The very numbers, so that they are found again on another machine and with another NumPy."""
    found = bootstrap_intervals(np.arange(40.0), np.arange(25.0, 60.0), threshold=Threshold(35.0), prevalence=0.5)
    assert found == EXPECTED


@pytest.mark.parametrize("size", [30, 180, 5000])
def test_where_none_or_all_are_flagged_the_bound_is_the_exact_one(size: int) -> None:
    """At 0 and all the end that is not there already is Clopper and Pearson's, within the noise of the draws."""
    none = bootstrap_intervals(np.zeros(9), np.zeros(size), threshold=AT, prevalence=0.5)["recall"]
    every = bootstrap_intervals(np.zeros(9), np.full(size, 2.0), threshold=AT, prevalence=0.5)["recall"]
    exact = stats.binomtest(0, size).proportion_ci(confidence_level=0.95, method="exact").high
    np.testing.assert_allclose(none, (0.0, exact), rtol=0.15)
    np.testing.assert_allclose(np.subtract(1.0, every), (exact, 0.0), rtol=0.15)


def test_perfect_separation_has_a_bound_that_shrinks_with_the_images() -> None:
    """Average precision 1 is not certain: its lower end is what AUROC's bound leaves if those normals come first."""
    lows = []
    for size in (20, 200, 2000):
        normal, anomaly = np.arange(float(size)), size + np.arange(float(size))
        low, high = bootstrap_intervals(normal, anomaly, threshold=AT, prevalence=0.2)["average_precision"]
        share = 1 - 0.025 ** (1 / size)
        assert low == pytest.approx(0.2 / (0.2 + 0.8 * share), abs=1e-6)
        assert high == 1.0
        lows.append(low)
    assert lows == sorted(lows)


def test_a_constant_scorer_is_not_sure_of_its_average_precision() -> None:
    """Where all scores are equal resamples do not differ, and the interval is Hoeffding's."""
    half_width = np.sqrt(np.log(2 / 0.05) / (2 * 50))
    found = bootstrap_intervals(np.zeros(50), np.zeros(80), threshold=AT, prevalence=0.5)["average_precision"]
    np.testing.assert_allclose(found, (0.5 - half_width, 0.5 + half_width), atol=1e-6)


def test_one_image_says_next_to_nothing() -> None:
    """With one anomaly neither ranking metric has an upper end, and average precision no lower one."""
    found = bootstrap_intervals([0.0, 1.0, 2.0, 3.0], [1.5], threshold=AT, prevalence=0.5)
    assert found["average_precision"] == (0.0, 1.0)
    assert found["fpr95"][1] == 1.0


def test_few_anomalies_leave_the_false_positives_unbounded() -> None:
    """Of 19 anomalies none may be missed at 95 %, and what scores below them is unknown; of 20 it is bounded."""
    normal, anomaly = np.arange(100.0), np.arange(120.0, 140.0)
    assert bootstrap_intervals(normal, anomaly[1:], threshold=AT, prevalence=0.5)["fpr95"] == (0.0, 1.0)
    assert bootstrap_intervals(normal, anomaly, threshold=AT, prevalence=0.5)["fpr95"][1] < 0.1


def test_bad_input_is_refused() -> None:
    """Scores that are none and an impossible prevalence are refused."""
    with pytest.raises(DataError, match="anomaly scores"):
        bootstrap_intervals([0.0], [np.nan], threshold=AT, prevalence=0.5)
    with pytest.raises(UsageError, match="prevalence"):
        bootstrap_intervals([0.0], [1.0], threshold=AT, prevalence=1.0)


def true_values(shift: float, at: float, prevalence: float) -> dict[str, float]:
    """Return the metrics of a normal distribution and one shifted, by integration over the anomalies."""
    ranks = (np.arange(100_000) + 0.5) / 100_000
    false = (1 - prevalence) * stats.norm.sf(stats.norm.isf(ranks) + shift)
    recall, alarms = prevalence * stats.norm.sf(at - shift), (1 - prevalence) * stats.norm.sf(at)
    return {
        "average_precision": float(np.mean(prevalence * ranks / (prevalence * ranks + false))),
        "precision": recall / (recall + alarms),
        "recall": recall / prevalence,
        "f1": 2 * recall / (recall + alarms + prevalence),
        "fpr95": float(stats.norm.sf(stats.norm.isf(0.95) + shift)),
        "accuracy": recall + 1 - prevalence - alarms,
    }


def covered(shift: float, size: int, runs: int) -> dict[str, int]:
    """Return how many of the intervals of repeated samples hold the true value."""
    truth, counts = true_values(shift, AT.high, 0.5), dict.fromkeys(NAMES, 0)
    for seed in range(runs):
        intervals = bootstrap_intervals(*sample(size, size, seed=seed, shift=shift), threshold=AT, prevalence=0.5)
        for name, (low, high) in intervals.items():
            counts[name] += low is not None and high is not None and low <= truth[name] <= high
    return counts


@pytest.mark.slow
@pytest.mark.parametrize("shift", [1.0, 3.3], ids=["AUROC 0.76", "AUROC 0.99"])
def test_ninety_five_in_a_hundred_intervals_hold_the_true_value(shift: float) -> None:
    """On repeated samples of 180 + 180 each metric is covered in 95 % of 200 cases, within the noise of so many."""
    runs = 200
    few, many = stats.binom.ppf([0.0005, 0.9995], runs, 0.95)
    assert {name: hits for name, hits in covered(shift, 180, runs).items() if not few <= hits <= many} == {}
