"""Change points."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchkit.history.changes import mark
from benchkit.history.series import Point

ERROR = 0.005
"""Standard error of a point."""


def points(values: Sequence[float | None], *, error: float | None = ERROR) -> list[Point]:
    """Return points with intervals of that standard error; without any for None."""
    half = None if error is None else 1.959963984540054 * error
    return [
        Point("run", "", value=value)
        if half is None or value is None
        else Point("run", "", value=value, low=value - half, high=value + half)
        for value in values
    ]


def marks(values: Sequence[float | None], *, error: float | None = ERROR) -> list[int]:
    """Return the places of the points at which the level changes."""
    return [place for place, point in enumerate(mark(points(values, error=error))) if point.change]


def share_marked(length: int, number: int, *, error: float | None = ERROR) -> float:
    """Return the share of simulated series without any change that get a mark."""
    random = np.random.default_rng(length)
    series = 0.8 + ERROR * random.standard_normal((number, length))
    return statistics.fmean(bool(marks(values.tolist(), error=error)) for values in series)


@pytest.mark.parametrize(("length", "number"), [(2, 400), (3, 400), (5, 400), (20, 1000)])
def test_an_unchanging_series_seldom_gets_a_mark(length: int, number: int) -> None:
    """At most 5 % of series of 20 points (the sampling error of the simulation added), and of shorter ones."""
    assert share_marked(length, number) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / number)


def test_an_unchanging_series_without_intervals_seldom_gets_a_mark() -> None:
    """At most 5 % where the noise has to be estimated from the series."""
    assert share_marked(20, 300, error=None) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 300)


@pytest.mark.parametrize("error", [ERROR, None])
def test_a_step_of_five_standard_errors_is_found_at_its_place(error: float | None) -> None:
    """In at least 19 of 20 series of 20 points, wherever in the middle it is, with and without intervals."""
    random = np.random.default_rng(1)
    found = 0
    for trial in range(60):
        place = 4 + trial % 13
        values = 0.8 + ERROR * random.standard_normal(20) - 5 * ERROR * (np.arange(20) >= place)
        found += marks(values.tolist(), error=error) == [place]
    assert found >= 57


def test_the_newest_point_alone_can_be_a_change() -> None:
    """A loss is seen in the run that brings it."""
    assert marks([0.8, 0.801, 0.799, 0.8, 0.802, 0.76]) == [5]


def test_the_size_is_the_difference_of_the_means() -> None:
    """In the unit of the metric, and in standard errors of one point."""
    (change,) = [point.change for point in mark(points([0.805, 0.815, 0.705, 0.715])) if point.change]
    assert change.difference == pytest.approx(-0.10)
    assert change.noises == pytest.approx(20)


def test_two_changes_have_three_levels() -> None:
    """Each change is from the level before it, not from the first."""
    found = [point.change for point in mark(points([0.8, 0.8, 0.7, 0.7, 0.9, 0.9]))]
    assert [change and round(change.difference, 6) for change in found] == [None, None, -0.1, None, 0.2, None]


def test_points_without_a_number_are_passed_over() -> None:
    """A gap is neither a change nor does it move one."""
    assert marks([0.8, None, 0.8, 0.8, None, 0.7, 0.7, None]) == [5]


@pytest.mark.parametrize("values", [[], [0.8], [None], [None, None], [0.8, None]])
def test_fewer_than_two_numbers_cannot_change(values: list[float | None]) -> None:
    """They come back as they were."""
    assert marks(values) == []


def test_without_intervals_a_few_points_say_nothing() -> None:
    """Four numbers do not tell their noise from a change; more do."""
    assert marks([1.0, 1.0, 5.0, 5.0], error=None) == []
    assert marks([1.0, 1.01, 1.0, 1.01, 5.0, 5.01, 5.0, 5.01], error=None) == [4]


def test_equal_numbers_without_intervals_never_change() -> None:
    """No noise at all and nothing to see."""
    assert marks([3.0] * 12, error=None) == []


def test_a_large_number_with_a_small_spread_is_no_trouble() -> None:
    """Images a second in millions: the place is found all the same."""
    random = np.random.default_rng(2)
    values = 5e9 + random.standard_normal(20) - 8.0 * (np.arange(20) >= 12)
    assert marks(values.tolist(), error=1.0) == [12]


def penalised(values: Sequence[float], starts: Sequence[int]) -> float:
    """Return squared distances from the means of the stretches, and the penalty of their number."""
    ends = [0, *starts, len(values)]
    stretches: list[Any] = [values[start:end] for start, end in itertools.pairwise(ends)]
    squares = sum(sum((value - statistics.fmean(part)) ** 2 for value in part) for part in stretches)
    return squares / ERROR**2 + len(starts) * (3 * math.log(len(values)) + 2)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=2, max_size=8))
def test_no_other_choice_of_changes_is_better(steps: list[int]) -> None:
    """Of all ways to cut a short series, tried one by one, none has smaller penalised squares."""
    values = [0.7 + ERROR * step for step in steps]
    every = (
        starts for number in range(len(values)) for starts in itertools.combinations(range(1, len(values)), number)
    )
    least = min(penalised(values, starts) for starts in every)
    assert penalised(values, marks(values)) == pytest.approx(least)
