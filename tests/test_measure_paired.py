"""Differences of AUROCs on the same images, against DeLong's covariance from the matrix of all pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from benchkit.errors import DataError
from benchkit.measure.interval import auroc_interval
from benchkit.measure.paired import Difference, paired_difference
from benchkit.measure.ranking import auroc

Array = NDArray[np.float64]
Side = tuple[Array, Array]


def scores(n: int, m: int, seed: int, *, ties: bool = False) -> Side:
    """Return N scores of normals and M of anomalies, which lie higher; rounded, many of them are equal."""
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=n), rng.normal(0.8, size=m)
    return (np.round(drawn[0]), np.round(drawn[1])) if ties else drawn


SIZES = st.tuples(st.integers(2, 12), st.integers(2, 12))


def covariance(first: Side, second: Side) -> float:
    """DeLong's covariance of two AUROCs as the paper defines it: S10 / M + S01 / N from every pair's kernel."""
    kernels = [
        np.array([[1.0 if y > x else 0.5 if y == x else 0.0 for x in normal] for y in anomaly])
        for normal, anomaly in (first, second)
    ]
    of_anomalies = np.cov(*(kernel.mean(axis=1) for kernel in kernels), ddof=1)[0, 1]
    of_normals = np.cov(*(kernel.mean(axis=0) for kernel in kernels), ddof=1)[0, 1]
    return float(of_anomalies / first[1].size + of_normals / first[0].size)


@given(sizes=SIZES, seeds=st.tuples(st.integers(0, 999), st.integers(0, 999)), ties=st.booleans())
def test_standard_error_is_that_of_the_matrix_of_pairs(
    sizes: tuple[int, int], seeds: tuple[int, int], ties: bool
) -> None:
    """The variance is both sides' variances less twice their covariance, each from the matrix of all pairs."""
    base, head = (scores(*sizes, seed, ties=ties) for seed in seeds)
    found = paired_difference(base, head)
    variance = covariance(base, base) + covariance(head, head) - 2 * covariance(base, head)
    assert found.difference == pytest.approx(auroc(*head) - auroc(*base), abs=1e-12)
    assert found.standard_error**2 == pytest.approx(variance, abs=1e-12)


@given(sizes=SIZES, seed=st.integers(0, 999), ties=st.booleans())
def test_the_other_way_round_it_is_the_negative(sizes: tuple[int, int], seed: int, ties: bool) -> None:
    """Swapped sides differ by the negative, with the same standard error."""
    base, head = scores(*sizes, seed, ties=ties), scores(*sizes, seed + 1, ties=ties)
    there, back = paired_difference(base, head), paired_difference(head, base)
    assert back == Difference(-there.difference, there.standard_error)


def test_against_a_constant_side_the_other_ones_variance_is_left() -> None:
    """Beside a side whose scores are all equal the standard error is that of the other side's own interval."""
    normal, anomaly = scores(80, 60, 3)
    found = paired_difference((np.zeros(80), np.zeros(60)), (normal, anomaly))
    area, (low, high) = auroc(normal, anomaly), auroc_interval(normal, anomaly)
    on_logit_scale = (np.log(high / (1 - high)) - np.log(low / (1 - low))) / 2 / stats.norm.ppf(0.975)
    assert found.difference == pytest.approx(area - 0.5)
    assert found.standard_error == pytest.approx(on_logit_scale * area * (1 - area))


def test_the_same_ranking_differs_by_nothing() -> None:
    """An increasing map of the scores is no difference: exactly 0, with a standard error of exactly 0."""
    normal, anomaly = scores(40, 50, 5)
    assert paired_difference((normal, anomaly), (np.exp(normal), np.exp(anomaly))) == Difference(0.0, 0.0)


def test_one_image_of_a_class_leaves_the_error_unknown() -> None:
    """With one anomaly there is a difference and no standard error."""
    assert paired_difference(([0.0, 1.0], [2.0]), ([0.0, 1.0], [0.5])) == Difference(-0.5, 0.0)


@given(sizes=SIZES, seed=st.integers(0, 999))
def test_order_of_the_images_does_not_matter_if_both_sides_share_it(sizes: tuple[int, int], seed: int) -> None:
    """Both sides shuffled alike have the same difference."""
    base, head = scores(*sizes, seed), scores(*sizes, seed + 1)
    shuffles = [np.random.default_rng(seed).permutation(size) for size in sizes]
    shuffled = [(normal[shuffles[0]], anomaly[shuffles[1]]) for normal, anomaly in (base, head)]
    found = paired_difference(*shuffled)
    assert found.difference == paired_difference(base, head).difference
    assert found.standard_error == pytest.approx(paired_difference(base, head).standard_error)


def test_a_difference_of_nothing_is_found_as_seldom_as_promised() -> None:
    """Of two equally good detectors with errors in common, 5 % of tests at 5 % say that they differ."""
    rng, n, runs = np.random.default_rng(11), 150, 1000
    found = []
    for _ in range(runs):
        common = rng.normal(size=n), rng.normal(1.0, size=n)
        sides = [tuple(part + 0.5 * rng.normal(size=n) for part in common) for _ in range(2)]
        one = paired_difference((sides[0][0], sides[0][1]), (sides[1][0], sides[1][1]))
        found.append(abs(one.difference) > stats.norm.ppf(0.975) * one.standard_error)
    few, many = stats.binom.ppf([0.001, 0.999], runs, 0.05)
    assert few <= sum(found) <= many


@pytest.mark.parametrize(
    ("base", "message"),
    [((3, 5), "normal scores: got 3 in BASE and 4 in HEAD"), ((4, 6), "anomaly scores: got 6 in BASE and 5 in HEAD")],
)
def test_other_numbers_of_images_are_refused(base: tuple[int, int], message: str) -> None:
    """Sides that cannot be the same images are refused, with the class and both numbers."""
    with pytest.raises(DataError, match=message):
        paired_difference(scores(*base, 0), scores(4, 5, 1))


def test_scores_that_are_none_are_refused() -> None:
    """The message says whose scores and of which class."""
    with pytest.raises(DataError, match="HEAD's anomaly scores"):
        paired_difference(([0.0], [1.0]), ([0.0], [np.nan]))
