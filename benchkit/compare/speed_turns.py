"""Two runs that were timed in turns: each turn of the one lies within the same moment as the other's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchkit.compare.speed_repeats import Repeats

Floats = NDArray[np.float64]

MIN_TURNS = 20
"""Of fewer, a stretch would be one turn, and two would have to be called independent."""

STRETCHES = 20
"""Parts that the turns are cut into; neighbouring turns resemble each other, and parts of them less so."""


def timed_in_turns(base: Repeats, head: Repeats) -> bool:
    """Return whether the two were timed in turns with each other, for long enough to be compared so."""
    return bool(base.beside) and base.beside == head.beside and _common(base, head) >= MIN_TURNS


def stretches_of_turns(base: Repeats, head: Repeats) -> tuple[Floats, Floats]:
    """Return the stretches of both sides, the first of the one made in the same time as the first of the other.

    The ratio of two neighbouring turns is taken first, and the median of these within each stretch: what disturbs one
    turn alone is one of many then, and what disturbs both is in neither.

    Returns:
        Twice ``STRETCHES`` times in seconds, float64.
    """
    count = _common(base, head)
    one, other = (np.log(side.turn_seconds[:count]) for side in (base, head))
    parts = np.array_split(np.arange(count), min(STRETCHES, count))
    level = np.array([np.median(one[part]) for part in parts])
    change = np.array([np.median((other - one)[part]) for part in parts])
    return np.exp(level), np.exp(level + change)


def _common(base: Repeats, head: Repeats) -> int:
    return min(len(base.turn_seconds), len(head.turn_seconds))
