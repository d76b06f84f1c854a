"""Groups of detectors that cannot be told apart."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchkit.report.letters import groups, letters


def by_definition(apart: np.ndarray) -> list[tuple[int, ...]]:
    """Return the largest sets without a pair that is apart, of all subsets."""
    k = len(apart)
    subsets = [each for size in range(1, k + 1) for each in itertools.combinations(range(k), size)]
    good = [each for each in subsets if not any(apart[a, b] for a, b in itertools.combinations(each, 2))]
    return sorted(each for each in good if not any(set(each) < set(other) for other in good))


@given(st.integers(1, 7).flatmap(lambda k: st.lists(st.booleans(), min_size=k * k, max_size=k * k)))
def test_groups_are_the_largest_sets_that_hold_together(flags: list[bool]) -> None:
    """Whatever pairs are told apart: runs of neighbours, and tangles that skip over one."""
    k = round(len(flags) ** 0.5)
    upper = np.triu(np.array(flags).reshape(k, k), 1)
    assert groups(upper | upper.T) == by_definition(upper | upper.T)


@given(st.lists(st.floats(1, 9), min_size=1, max_size=9), st.floats(0, 5))
def test_one_critical_difference_makes_runs_of_neighbours(ranks: list[float], difference: float) -> None:
    """Every group is a run in the order of the mean ranks."""
    ordered = np.sort(ranks)
    apart = np.abs(np.subtract.outer(ordered, ordered)) > difference
    found = groups(apart)
    assert found == by_definition(apart)
    assert all(each == tuple(range(each[0], each[-1] + 1)) for each in found)


def test_thousands_of_detectors_are_grouped_at_once_or_not_at_all() -> None:
    """Long runs are found without a search; more groups than there are letters are not shown."""
    ranks = np.linspace(1, 2_000, 2_000)
    assert groups(np.abs(np.subtract.outer(ranks, ranks)) > 1_500.5) == [
        tuple(range(first, first + 1_501)) for first in range(500)
    ]
    assert groups(np.abs(np.subtract.outer(ranks, ranks)) > 300.5) is None


def test_a_tangle_of_too_many_groups_is_given_up() -> None:
    """Thirty triples of which each two are apart hold together in 3**30 ways; nobody waits for them."""
    apart = np.kron(np.eye(30, dtype=bool), np.ones((3, 3), dtype=bool)) & ~np.eye(90, dtype=bool)
    assert groups(apart) is None


@pytest.mark.parametrize(
    ("sets", "shown"),
    [
        ([(0, 1), (1, 2)], ["a", "ab", "b"]),
        ([(0,), (1,)], ["a", "b"]),
        ([(0, 1), (0, 2), (0, 1), (0, 2)], ["a–d", "ac", "bd"]),
        ([(number,) for number in range(26)] + [(0, 26), (26,)], None),
    ],
)
def test_letters_name_the_groups(sets: list[tuple[int, ...]], shown: list[str] | None) -> None:
    """In the order of the groups, a run of four and more by its ends; after z comes aa."""
    found = letters(sets, 1 + max(map(max, sets)))
    if shown is None:
        assert (found[0], found[25], found[26]) == ("a aa", "z", "aa ab")
    else:
        assert found == shown
