"""How sure a median is: an interval by order alone, of stretches instead of single batches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from benchkit.measure import noise
from benchkit.measure.noise import relative_noise


@given(seconds=st.floats(1e-9, 1e3), count=st.integers(1, 200))
def test_equal_times_have_no_noise(seconds: float, count: int) -> None:
    """Where every batch took as long, the median is certain."""
    assert relative_noise([seconds] * count) == 0.0


@given(times=st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=100), factor=st.sampled_from([0.25, 2.0, 1024.0]))
def test_it_is_a_share(times: list[float], factor: float) -> None:
    """The unit of the times does not matter."""
    assert relative_noise([factor * each for each in times]) == pytest.approx(relative_noise(times))


def test_of_six_it_reaches_from_the_first_to_the_last() -> None:
    """Half of the range, as a share of the median."""
    assert relative_noise([1.0, 2.0, 3.0, 5.0, 6.0, 7.0]) == pytest.approx(3.0 / 4.0)


def test_of_ten_it_leaves_one_out_at_each_end() -> None:
    """One batch that was disturbed does not make a timing unsure."""
    assert relative_noise([9.0, 10.0, 10.1, 9.9, 10.0, 10.0, 10.1, 9.9, 10.0, 500.0]) == pytest.approx(0.01)


def test_a_drift_is_not_averaged_away() -> None:
    """A thousand batches, of which the later half took a tenth longer, are as unsure as that tenth."""
    assert relative_noise([1.0] * 500 + [1.1] * 500) == pytest.approx(0.05, abs=0.003)


@pytest.mark.parametrize("count", range(1, 60))
def test_the_ends_are_those_of_the_binomial_distribution(count: int) -> None:
    """As many values lie outside at each end as leave at most 2.5 % there; below six none can."""
    outside = noise._outside(count)
    assert outside == 0 or binom.cdf(outside, count, 0.5) <= 0.025
    assert binom.cdf(outside + 1, count, 0.5) > 0.025


def test_it_holds_the_true_median_as_often_as_it_says() -> None:
    """Of independent batches of a skewed distribution, within the interval's width in nineteen of twenty at least."""
    rng = np.random.default_rng(0)
    true, tries = 1.0, 2_000
    times = rng.lognormal(0.0, 0.2, size=(tries, 200))
    held = [abs(np.median(each) - true) / np.median(each) <= relative_noise(each.tolist()) for each in times]
    assert np.mean(held) > 0.95
