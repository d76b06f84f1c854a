"""Groups of detectors that cannot be told apart, and the letters that show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

MOST = 702
"""Groups that letters are given to: a … z, aa … zz."""

_MANY = 100  # in a tangle of more detectors the search takes too long


def groups(apart: NDArray[np.bool_]) -> list[tuple[int, ...]] | None:
    """Return the largest sets in which no pair is told apart, every detector in one at least.

    Args:
        apart: k×k, symmetric, in the order of the mean ranks, best first.

    Returns:
        The members' places, ascending; the sets in the order of their members. None for a tangle of too many sets,
        which only tests that skip over neighbours can make.
    """
    found = _runs(apart)
    if found is None:
        found = _tangle(apart) if len(apart) <= _MANY else None
    return None if found is None or len(found) > MOST else found


def letters(sets: Sequence[tuple[int, ...]], k: int) -> list[str]:
    """Return for each of k detectors the letters of the sets that it is in: ``ab``; four and more as ``a–d``."""
    places: list[list[int]] = [[] for _ in range(k)]
    for number, members in enumerate(sets):
        for member in members:
            places[member].append(number)
    return [_text(each) for each in places]


def _runs(apart: NDArray[np.bool_]) -> list[tuple[int, ...]] | None:
    """Return the sets where each is a run of neighbours, as with one critical difference; None where they are not."""
    k = len(apart)
    later = np.triu(apart, 1)
    ends = np.where(later.any(axis=1), later.argmax(axis=1), k)  # the first that a detector is told apart from
    if (np.diff(ends) < 0).any() or later.sum() != (k - ends).sum():
        return None
    starts = np.flatnonzero(np.diff(ends, prepend=0) > 0)
    return [tuple(range(start, ends[start])) for start in starts.tolist()]


def _tangle(apart: NDArray[np.bool_]) -> list[tuple[int, ...]]:
    """Return the sets by Bron and Kerbosch's search with a pivot (1973, Communications of the ACM 16)."""
    k = len(apart)
    together = [_bits(np.flatnonzero(~line).tolist()) & ~(1 << place) for place, line in enumerate(apart)]
    found: list[tuple[int, ...]] = []
    todo = [(0, (1 << k) - 1, 0)]
    while todo and len(found) <= MOST:
        chosen, open_, done = todo.pop()
        if not open_ and not done:
            found.append(tuple(_places(chosen)))
            continue
        pivot = max(_places(open_ | done), key=lambda place: (open_ & together[place]).bit_count())
        for place in list(_places(open_ & ~together[pivot])):
            todo.append((chosen | 1 << place, open_ & together[place], done & together[place]))
            open_, done = open_ & ~(1 << place), done | 1 << place
    return sorted(found)


def _bits(places: Sequence[int]) -> int:
    return sum(1 << place for place in places)


def _places(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _text(numbers: Sequence[int]) -> str:
    parts: list[str] = []
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        names = [_letter(number) for _, number in run]
        parts += names if len(names) < 4 else [f"{names[0]}–{names[-1]}"]
    return ("" if all(len(part) == 1 for part in parts) else " ").join(parts)


def _letter(number: int) -> str:
    """Return ``a`` to ``z``, then ``aa``, ``ab`` and so on."""
    high, low = divmod(number, 26)
    return (_letter(high - 1) if high else "") + chr(ord("a") + low)
