"""Intervals of means: over seeds with both sources of spread, over columns as the bound that they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from benchkit.measure.interval import Z
from benchkit.measure.pooling import mean_interval, pooled_interval, pooled_intervals

Array = NDArray[np.float64]
CELLS = st.lists(st.tuples(*[st.floats(0, 1)] * 3).map(sorted), min_size=1, max_size=8)


def written_out(values: Array, lows: Array, highs: Array) -> tuple[float, float]:
    """The formula, from its parts."""
    training = stats.t.ppf(0.975, values.size - 1) * stats.sem(values)
    below, above = (np.hypot(training, np.sqrt(np.mean(halves**2))) for halves in (values - lows, highs - values))
    return max(0.0, values.mean() - below), min(1.0, values.mean() + above)


@pytest.mark.parametrize("seeds", [2, 3, 10, 100])
@pytest.mark.parametrize("spread", [0.0003, 0.01, 0.2])
def test_interval_is_the_formula(seeds: int, spread: float) -> None:
    """The half width is the root of Student's, squared, and of the mean square of the cells' own."""
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


def test_lines_are_pooled_one_by_one() -> None:
    """Many lines at once are each as if alone; where a cell has no end, that end is not known."""
    values = np.random.default_rng(2).uniform(0.3, 0.7, (20, 3))
    lows, highs = values - 0.02, values + 0.01
    highs[4, 1] = np.nan
    ends = np.transpose(pooled_intervals(values, lows, highs))
    np.testing.assert_array_equal(ends, [pooled_interval(*line) for line in zip(values, lows, highs, strict=True)])
    assert np.isnan(ends).tolist() == [[False, line == 4] for line in range(20)]


@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("ratio", [0.01, 1.0, 5.0, 20.0, 1000.0])
def test_ninety_five_in_a_hundred_pooled_intervals_hold_the_true_mean(seeds: int, ratio: float) -> None:
    """On shared test images, whichever source of spread is larger, coverage is 95 % or a little more."""
    rng, lines, truth, sampling = np.random.default_rng(1), 20_000, 0.5, 0.001
    training = sampling * np.sqrt(ratio * seeds)
    values = truth + sampling * rng.normal(size=(lines, 1)) + training * rng.normal(size=(lines, seeds))
    low, high = pooled_intervals(values, values - Z * sampling, values + Z * sampling)
    covered = int(np.sum((low <= truth) & (truth <= high)))
    assert covered >= stats.binom.ppf(0.001, lines, 0.95)
    assert covered / lines < 0.99
