"""The timed repeats of one thing, and what is left of them when neighbours are taken as one: the stretches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STRETCHES = 10
"""At most so many parts of a timing are compared; see ``stretches``."""

MIN_REFERENCES = 5
"""A drift that fewer references than this tell of is not taken out: their own noise would come in."""

MIN_SECONDS = 2.0
"""A timing that lasted shorter tells how fast the machine was at that moment, not how fast the detector is."""

UNSTEADY = 1.5
"""Of a timing whose median exceeds its fastest tenth by this factor, other work on the machine took a part."""

_MANY = 20  # repeats; of fewer the fastest tenth is no more than the fastest
_QUARTILE = 0.25


@dataclass(frozen=True)
class Repeats:
    """What was timed of one fit group, or of one benchmark of pytest-benchmark.

    Attributes:
        seconds: each repeat's wall time in order of time, all positive.
        reference_at: ascending places in ``seconds``; before each of those repeats the reference was timed.
        reference_seconds: wall time of a fixed computation on the same device, one for each place.
        torch: version of the torch that computed the reference; another version may compute it at another speed.
        window_seconds: how long the timing lasted, or None where nobody knows; ``seconds`` may be a thinned part of it.
        ended_early: it ended before its budget was spent, its median being sure.
        beside: name of the pair where two runs were timed in turns, else empty.
        turn_seconds: the median time of a batch in each turn of such a pair, in order of time.
    """

    seconds: tuple[float, ...]
    reference_at: tuple[int, ...] = ()
    reference_seconds: tuple[float, ...] = ()
    torch: str = ""
    window_seconds: float | None = None
    ended_early: bool = False
    beside: str = ""
    turn_seconds: tuple[float, ...] = ()

    @property
    def has_reference(self) -> bool:
        """Return whether the references are enough to tell the machine's drift."""
        return len(self.reference_seconds) >= MIN_REFERENCES

    @property
    def length(self) -> float:
        """Return how long the timing lasted in seconds, at least."""
        return sum(self.seconds) if self.window_seconds is None else self.window_seconds


def same_reference(base: Repeats, head: Repeats) -> bool:
    """Return whether both sides timed the same reference, so that each can be read in its unit."""
    return base.has_reference and head.has_reference and base.torch == head.torch


def stretches(repeats: Repeats, count: int = STRETCHES) -> Floats:
    """Return the lower quartile of each stretch of the repeats.

    Neighbouring repeats resemble each other, since a machine is fast or slow for a while. A rank test takes its
    numbers as independent: given thousands of such repeats it finds a difference between any two timings. So the
    repeats are cut in order of time into ``count`` parts of equal number (fewer repeats: one each). Other work on the
    machine only ever adds time, often to half of the repeats: the quartile is disturbed less than the median.

    Returns:
        float64, at most ``count`` values in seconds.
    """
    seconds = np.asarray(repeats.seconds, dtype=np.float64)
    return np.array([np.quantile(seconds[part], _QUARTILE) for part in _parts(repeats, count)])


def reference_stretches(repeats: Repeats, count: int = STRETCHES) -> Floats:
    """Return the lower quartile of the references in each of the same stretches, of all references where it has none.

    Returns:
        float64, as many values as ``stretches`` returns, in seconds.
    """
    at = np.asarray(repeats.reference_at, dtype=np.int64)
    times = np.asarray(repeats.reference_seconds, dtype=np.float64)
    within = [times[(at >= part[0]) & (at <= part[-1])] for part in _parts(repeats, count)]
    return np.array([np.quantile(found if len(found) else times, _QUARTILE) for found in within])


def _parts(repeats: Repeats, count: int) -> list[NDArray[np.int64]]:
    total = len(repeats.seconds)
    return np.array_split(np.arange(total), min(count, total))


def weakness(base: Repeats, head: Repeats) -> str:
    """Return why two timings tell nothing about a detector, in one sentence; an empty text where they do."""
    for side, repeats in (("BASE", base), ("HEAD", head)):
        if repeats.length < MIN_SECONDS:
            early = ", then its median was sure for the moment" if repeats.ended_early else ""
            least = f"{MIN_SECONDS:g} s at least outlast a machine's drift"
            return f"{side} was timed for {repeats.length:.2g} s{early}; {least}."
        if (factor := _unsteadiness(repeats)) > UNSTEADY:
            return (
                f"{side} was timed on a busy machine: half of its batches took {factor:.2g} times as long as the "
                "fastest tenth, or longer; time it again when nothing else runs."
            )
    return ""


def _unsteadiness(repeats: Repeats) -> float:
    """Return the median divided by the end of the fastest tenth; 1 of few repeats."""
    if len(repeats.seconds) < _MANY:
        return 1.0
    fastest, median = np.quantile(repeats.seconds, (0.1, 0.5))
    return float(median / fastest)
