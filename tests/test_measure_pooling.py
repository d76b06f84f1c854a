"""Intervals of means: over seeds with both sources of spread, over columns as the bound that they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from benchkit.measure.interval import Z
from benchkit.measure.pooling import mean_interval, pooled_interval

Array = NDArray[np.float64]
CELLS = st.lists(st.tuples(*[st.floats(0, 1)] * 3).map(sorted), min_size=1, max_size=8)


def written_out(values: Array, lows: Array, highs: Array) -> tuple[float, float]:
    """The formula, from its parts."""
    training, n = values.var(ddof=1) / values.size, values.size
    ends = []
    for halves, sign in ((values - lows, -1), (highs - values, 1)):
        sampling = np.mean((halves / stats.norm.ppf(0.975)) ** 2)
        freedom = (training + sampling) ** 2 / (training**2 / (n - 1))
        ends.append(values.mean() + sign * stats.t.ppf(0.975, freedom) * np.sqrt(training + sampling))
    return max(0.0, ends[0]), min(1.0, ends[1])


@pytest.mark.parametrize("seeds", [2, 3, 10, 100])
@pytest.mark.parametrize("spread", [0.0003, 0.01, 0.2])
def test_interval_is_the_formula(seeds: int, spread: float) -> None:
    """The ends are mean ± t·sqrt(s²/S + mean variance of the cells), with the degrees of freedom of Welch."""
    values = np.clip(np.random.default_rng(seeds).normal(0.8, spread, size=seeds), 0.0, 1.0)
    lows, highs = values - 0.02, values + 0.01
    assert pooled_interval(values, lows, highs) == pytest.approx(written_out(values, lows, highs), abs=1e-9)


def test_one_seed_keeps_its_own_interval() -> None:
    """Of one seed the interval is that of the cell, to the bit."""
    assert pooled_interval([0.7], [0.1 + 0.2], [0.9]) == (0.1 + 0.2, 0.9)


def test_seeds_that_agree_leave_the_interval_of_the_test_images() -> None:
    """More seeds on the same test images do not make the interval narrower than theirs."""
    assert pooled_interval([0.8] * 50, [0.7] * 50, [0.85] * 50) == pytest.approx((0.7, 0.85))


def test_without_spread_of_the_test_images_it_is_students() -> None:
    """Where the cells' own intervals have no width, the interval is that of Student's t with S - 1."""
    values = [0.5, 0.6, 0.62, 0.58]
    expected = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    assert pooled_interval(values, values, values) == pytest.approx(expected, abs=1e-6)


def test_cells_without_any_spread_have_an_interval_of_one_value() -> None:
    """Equal cells whose intervals have no width are no division by zero."""
    assert pooled_interval([0.5, 0.5], [0.5, 0.5], [0.5, 0.5]) == (0.5, 0.5)


@given(cells=CELLS)
def test_pooled_interval_holds_the_mean(cells: list[list[float]]) -> None:
    """The ends lie in [0, 1] with the mean between them, whatever the cells."""
    lows, values, highs = zip(*cells, strict=True)
    low, high = pooled_interval(values, lows, highs)
    assert 0.0 <= low <= np.mean(values) + 1e-12
    assert np.mean(values) - 1e-12 <= high <= 1.0


@given(cells=CELLS)
def test_interval_of_a_mean_of_columns_is_the_mean_of_theirs(cells: list[list[float]]) -> None:
    """The ends over columns are the means of the ends: the bound for errors that all go the same way."""
    lows, values, highs = zip(*cells, strict=True)
    assert mean_interval(values, lows, highs) == pytest.approx((np.mean(lows), np.mean(highs)), abs=1e-12)


def cell_interval(values: Array, error: float) -> tuple[Array, Array]:
    """Return the ends of cells whose standard error from the test images is known."""
    return values - Z * error, values + Z * error


@pytest.mark.parametrize(("training", "sampling"), [(0.02, 0.001), (0.01, 0.01), (0.001, 0.02)])
def test_ninety_five_in_a_hundred_pooled_intervals_hold_the_true_mean(training: float, sampling: float) -> None:
    """With three seeds on shared test images, whichever source of spread is larger, coverage is 95 % or little more."""
    rng, runs, truth = np.random.default_rng(1), 2000, 0.7
    hits = 0
    for _ in range(runs):
        values = truth + sampling * rng.normal() + training * rng.normal(size=3)
        low, high = pooled_interval(values, *cell_interval(values, sampling))
        hits += low <= truth <= high
    assert hits >= stats.binom.ppf(0.001, runs, 0.95)
    assert hits / runs <= 0.98
