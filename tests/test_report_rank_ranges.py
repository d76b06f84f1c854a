"""The range of ranks that the data allow."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.stats import binom

from benchkit.report.rank_ranges import rank_ranges

Z = 1.959963984540054


def by_definition(values: list[float], lows: list[float], highs: list[float]) -> list[tuple[int, int]]:
    """Return the ranges found pair by pair, with the step-down written out."""
    p_values = {}
    for a, b in itertools.combinations(range(len(values)), 2):
        better, worse = (a, b) if values[a] >= values[b] else (b, a)
        error = math.sqrt(((values[better] - lows[better]) / Z) ** 2 + ((highs[worse] - values[worse]) / Z) ** 2)
        p_values[better, worse] = math.erfc((values[better] - values[worse]) / error / math.sqrt(2))
    ranges = [[1, len(values)] for _ in values]
    for step, (better, worse) in enumerate(sorted(p_values, key=p_values.__getitem__)):
        if p_values[better, worse] * (len(p_values) - step) >= 0.05:
            break
        ranges[worse][0] += 1
        ranges[better][1] -= 1
    return [(low, high) for low, high in ranges]


def found(values: list[float], lows: list[float], highs: list[float]) -> list[tuple[int, int]]:
    """Return the ranges as pairs."""
    return list(zip(*(ends.tolist() for ends in rank_ranges(*map(np.array, (values, lows, highs)))), strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_ranges_are_those_of_the_definition(seed: int) -> None:
    """One plus the significantly better, and k minus the significantly worse, whatever the order of the rows."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0.7, 0.05, 9)
    lows, highs = values - rng.uniform(0.005, 0.05, 9), values + rng.uniform(0.005, 0.05, 9)
    ranges = found(values.tolist(), lows.tolist(), highs.tolist())
    assert ranges == by_definition(values.tolist(), lows.tolist(), highs.tolist())
    assert (1, 9) not in ranges or len(set(ranges)) > 1


def test_wide_intervals_allow_every_rank_and_narrow_ones_a_single_one() -> None:
    """From one to k without any knowledge; the order itself where the errors are small."""
    values = [0.9, 0.5, 0.7]
    assert found(values, [0.0] * 3, [1.0] * 3) == [(1, 3)] * 3
    assert found(values, [v - 1e-4 for v in values], [v + 1e-4 for v in values]) == [(1, 1), (3, 3), (2, 2)]


def test_intervals_of_no_width_order_all_but_ties() -> None:
    """Without any error the ranks are certain, and equal numbers share theirs."""
    values = [0.9, 0.5, 0.9]
    assert found(values, values, values) == [(1, 2), (3, 3), (1, 2)]


def test_without_an_interval_nothing_is_significant() -> None:
    """A detector of unknown error may stand anywhere, and anything may stand beside it."""
    nan = math.nan
    assert found([0.9, 0.5, 0.1], [0.89, nan, 0.09], [0.91, nan, 0.11]) == [(1, 2), (1, 3), (2, 3)]


@pytest.mark.parametrize("k", [0, 1])
def test_fewer_than_two_have_the_ranks_there_are(k: int) -> None:
    """One detector stands first."""
    assert found([0.5] * k, [0.4] * k, [0.6] * k) == [(1, 1)] * k


def test_all_ranges_hold_the_true_ranks_at_once() -> None:
    """On 95 % of boards at least, within what 1,000 simulations leave to chance."""
    rng, true = np.random.default_rng(0), np.array([0.6, 0.62, 0.63, 0.7, 0.7005, 0.701, 0.8, 0.9])
    ranks, held, boards = np.arange(8, 0, -1), 0, 1_000
    for _ in range(boards):
        values = true + rng.normal(0, 0.01, 8)
        low, high = rank_ranges(values, values - 0.01 * Z, values + 0.01 * Z)
        held += bool(((low <= ranks) & (ranks <= high)).all())
    assert held >= binom.ppf(0.001, boards, 0.95)


def test_two_thousand_detectors_are_no_trouble() -> None:
    """Two million pairs, at once: every range holds the rank that was seen."""
    values = np.random.default_rng(0).permutation(np.linspace(0.5, 0.9, 2_000))
    low, high = rank_ranges(values, values - 0.01, values + 0.01)
    seen = len(values) - np.argsort(np.argsort(values))
    assert ((low <= seen) & (seen <= high)).all()
    assert (high - low).max() < 1_000
