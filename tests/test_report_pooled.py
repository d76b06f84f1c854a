"""Intervals over seeds, of many lines at once."""

from __future__ import annotations

import numpy as np
import pytest

from benchkit.measure.pooling import pooled_interval
from benchkit.report.pooled import pooled_intervals


@pytest.mark.parametrize("seeds", [1, 2, 3, 10])
@pytest.mark.parametrize("spread", [0.0, 1e-9, 1e-5, 0.02, 0.4])
def test_each_line_is_that_of_the_one_by_one_function(seeds: int, spread: float) -> None:
    """Seeds that agree, that hardly differ, and that differ more than the test images let them; at both limits."""
    rng = np.random.default_rng(seeds)
    centres = rng.uniform(0.02, 0.98, (40, 1))
    values = np.clip(centres + spread * rng.normal(size=(40, seeds)), 0, 1)
    lows, highs = (np.clip(values + side * rng.uniform(0, 0.05, values.shape), 0, 1) for side in (-1, 1))
    expected = [pooled_interval(*map(list, line)) for line in zip(values, lows, highs, strict=True)]
    np.testing.assert_allclose(np.transpose(pooled_intervals(values, lows, highs)), expected, atol=1e-12)


def test_certain_and_unknown_ends_are_taken_as_they_are() -> None:
    """Equal seeds without any error have an interval of no width; one unknown end leaves its side unknown."""
    values = np.full((2, 3), 0.5)
    lows = np.array([[0.5, 0.5, 0.5], [0.4, np.nan, 0.4]])
    low, high = pooled_intervals(values, lows, values)
    assert (low[0], high[0], high[1]) == (0.5, 0.5, 0.5)
    assert np.isnan(low[1])
