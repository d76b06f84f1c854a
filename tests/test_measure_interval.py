"""DeLong's interval against a direct implementation, and what it does where that says nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special, stats

from benchkit.errors import DataError
from benchkit.measure.interval import MISS, Z, auroc_interval
from benchkit.measure.ranking import auroc

Array = NDArray[np.float64]
VALUES = st.one_of(st.integers(-3, 3).map(float), st.floats(-10, 10), st.sampled_from([1e300, -1e300, 1e-300]))
SCORES = st.lists(VALUES, min_size=1, max_size=30).map(np.array)


def direct_interval(normal: Array, anomaly: Array) -> tuple[float, float]:
    """DeLong's interval on the logit scale from the whole matrix of pairs, as in the paper: O(N·M)."""
    pairs = (anomaly[:, None] > normal[None, :]) + 0.5 * (anomaly[:, None] == normal[None, :])
    area = pairs.mean()
    variance = pairs.mean(axis=1).var(ddof=1) / anomaly.size + pairs.mean(axis=0).var(ddof=1) / normal.size
    half_width = stats.norm.ppf(0.975) * np.sqrt(variance) / (area * (1 - area))
    centre = special.logit(area)
    return float(special.expit(centre - half_width)), float(special.expit(centre + half_width))


@given(normal=SCORES, anomaly=SCORES)
def test_interval_is_that_of_the_direct_form(normal: Array, anomaly: Array) -> None:
    """Placements by sorting give the same interval as the matrix of all pairs."""
    assume(min(normal.size, anomaly.size) > 1 and 0.0 < auroc(normal, anomaly) < 1.0)
    assume(np.unique(np.concatenate([normal, anomaly])).size > 1)
    np.testing.assert_allclose(auroc_interval(normal, anomaly), direct_interval(normal, anomaly), atol=1e-9)


@given(normal=SCORES, anomaly=SCORES)
def test_interval_holds_the_auroc(normal: Array, anomaly: Array) -> None:
    """The ends lie in [0, 1] with the AUROC between them, whatever the scores."""
    low, high = auroc_interval(normal, anomaly)
    assert 0.0 <= low <= auroc(normal, anomaly) <= high <= 1.0
    assert low < high


@given(normal=SCORES, anomaly=SCORES)
def test_swapping_the_classes_mirrors_the_interval(normal: Array, anomaly: Array) -> None:
    """Of swapped classes the interval is the mirror image."""
    low, high = auroc_interval(normal, anomaly)
    np.testing.assert_allclose(auroc_interval(anomaly, normal), (1 - high, 1 - low), atol=1e-12)


@pytest.mark.parametrize(("n_normal", "n_anomaly"), [(1, 1), (1, 9), (10, 7), (500, 300), (10_000, 10_000)])
def test_perfect_separation_has_the_exact_bound(n_normal: int, n_anomaly: int) -> None:
    """At AUROC 1 and 0 the interval is Clopper and Pearson's for as many independent pairs as there can be."""
    low, high = np.arange(float(n_normal)), n_normal + np.arange(float(n_anomaly))
    pairs = min(n_normal, n_anomaly)
    expected = stats.binomtest(pairs, pairs).proportion_ci(confidence_level=1 - MISS, method="exact").low
    np.testing.assert_allclose(auroc_interval(low, high), (expected, 1.0))
    np.testing.assert_allclose(auroc_interval(high, low), (0.0, 1 - expected))


def test_a_constant_scorer_is_not_sure_of_chance() -> None:
    """Where all scores are equal the variance is 0, but the interval is Hoeffding's and shrinks with the images."""
    few, many = auroc_interval(np.zeros(50), np.zeros(80)), auroc_interval(np.zeros(5000), np.zeros(8000))
    half_width = np.sqrt(np.log(2 / MISS) / (2 * 50))
    np.testing.assert_allclose(few, (0.5 - half_width, 0.5 + half_width))
    assert few[0] < many[0] < 0.5 < many[1] < few[1]


def test_one_image_says_next_to_nothing() -> None:
    """With one anomaly the interval is as wide as one pair allows."""
    assert auroc_interval([0.0, 1.0, 2.0], [1.5]) == (0.0, 1.0)


def test_interval_of_nearly_perfect_scores_keeps_its_digits() -> None:
    """One lost pair in a hundred million leaves a finite interval that does not touch 1."""
    normal = np.arange(10_000.0)
    low, high = auroc_interval(normal, np.append(np.arange(10_000.0, 19_999.0), 9_998.5))
    assert 1 - 1e-6 < low < 1 - 1e-8 < high < 1.0


@pytest.mark.parametrize("area", [0.5, 0.76, 0.9, 0.99])
def test_ninety_five_in_a_hundred_intervals_hold_the_true_value(area: float) -> None:
    """On repeated samples from two normal distributions the true AUROC is covered in 95 % of 1,000 cases."""
    rng, runs = np.random.default_rng(7), 1000
    shift = stats.norm.ppf(area) * np.sqrt(2.0)
    intervals = np.array([auroc_interval(rng.normal(size=150), rng.normal(shift, size=200)) for _ in range(runs)])
    covered = int(np.sum((intervals[:, 0] <= area) & (area <= intervals[:, 1])))
    few, many = stats.binom.ppf([0.0005, 0.9995], runs, 0.95)
    assert few <= covered <= many


def test_z_is_the_normal_quantile() -> None:
    """The constant belongs to the confidence that is promised."""
    assert pytest.approx(stats.norm.ppf(1 - MISS / 2), abs=1e-15) == Z


def test_bad_scores_are_refused() -> None:
    """Scores that are none are refused, and the message says of which class."""
    with pytest.raises(DataError, match="anomaly scores"):
        auroc_interval([0.0], [np.nan])
