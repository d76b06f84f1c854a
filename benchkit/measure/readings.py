"""The single times that a throughput is the summary of, kept to be compared with another run's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

MOST_KEPT = 1_000
"""Repeats that are kept of one timing."""


@dataclass(frozen=True)
class Readings:
    """What the clock said, in order of time.

    Attributes:
        seconds: of each timed batch; greater than 0.
        reference_at: before which of these the reference was timed: indices into ``seconds``, ascending, each once.
        reference_seconds: what the reference took there; as many.
        beside: name of the pair where this was timed in turns with another process, else empty; see ``measure.turns``.
        turn_seconds: the median time of a batch in each turn; the other's have the same places.
        window_seconds: how long all of it took, warm-up and references included; None where nobody knows.
    """

    seconds: tuple[float, ...]
    reference_at: tuple[int, ...] = ()
    reference_seconds: tuple[float, ...] = ()
    beside: str = ""
    turn_seconds: tuple[float, ...] = ()
    window_seconds: float | None = None

    def thinned(self, most: int = MOST_KEPT) -> Readings:
        """Return at most ``most`` repeats, evenly spread over the time, with the references that lie among them."""
        total = len(self.seconds)
        if total <= most:
            return self
        kept = np.linspace(0, total - 1, most).round().astype(np.int64)
        # A reference before a repeat that goes stands before the next that stays; of several there, the last.
        places = np.searchsorted(kept, np.asarray(self.reference_at, dtype=np.int64))
        references = dict(zip(places.tolist(), self.reference_seconds, strict=True))
        return replace(
            self,
            seconds=_picked(self.seconds, kept.tolist()),
            reference_at=tuple(references),
            reference_seconds=tuple(references.values()),
        )


def _picked(values: Sequence[float], places: Sequence[int]) -> tuple[float, ...]:
    return tuple(values[place] for place in places)
