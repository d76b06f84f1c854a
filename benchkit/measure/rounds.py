"""Batches on a clock that may jump: what cannot be true is dropped and measured again, and it always ends."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from benchkit.errors import TimingError
from benchkit.measure.batches import Batches
from benchkit.measure.stopwatch import TICK, WITNESS, Clock, is_possible, stopwatch

STEADY = 0.1
"""Successive warm-up calls of which the fastest and the slowest differ by no more than this share are steady."""

PATIENCE = 2.0
"""Seconds that a timing may take whatever its budget: slow batches come seldom, and are wanted all the same."""

MOST_JUMPS = 100
"""Impossible intervals that are measured again; a clock that gives more is of no use."""

MOST_STILL = 10_000
"""Successive batches in which a clock may not move at all."""

_ALIKE = 3  # calls
_FEWEST = 2


@dataclass(frozen=True)
class Clocks:
    """The clock that is read, and one that sees whether it can be true.

    Attributes:
        clock: seconds from any fixed moment.
        witness: the same, read before and behind the other.
    """

    clock: Clock = time.perf_counter
    witness: Clock = WITNESS


@dataclass
class Round:
    """One batch after the other.

    Attributes:
        call: images in, scores out.
        batches: where the images come from.
        device: what is timed.
        clocks: what it is timed with.
        jumps: how often the clock gave what cannot be true.
    """

    call: Callable[[Tensor], Tensor]
    batches: Batches
    device: torch.device
    clocks: Clocks
    jumps: int = 0
    _still: int = 0

    def seconds(self) -> float:
        """Return what the next batch took, or the first after it whose time is possible; greater than 0.

        Raises:
            TimingError: the clock jumps or stands still all the time.
        """
        took, around = self._once()
        while not is_possible(took, around):
            self._count_jump(took)
            took, around = self._once()
        self._still = self._still + 1 if took == 0.0 else 0
        if self._still > MOST_STILL:
            self.jumps += 1
            raise TimingError(_useless(f"stood still for {self._still} batches"))
        return max(round(took, 9), TICK)  # a clock tells nanoseconds

    def _once(self) -> tuple[float, float]:
        """Return the seconds of the next batch by the clock, and by its witness around it."""
        batch = next(self.batches)
        start = self.clocks.witness()
        with stopwatch(self.device, clock=self.clocks.clock) as watch:
            self.call(batch)
        return watch.seconds, self.clocks.witness() - start

    def _count_jump(self, took: float) -> None:
        self.jumps += 1
        if self.jumps > MOST_JUMPS:
            raise TimingError(_useless(f"jumped {self.jumps} times, the last by {took:.3g} s"))


class Allowance:
    """A budget on a clock that may jump: seconds that it takes back are not given back.

    Args:
        seconds: the budget; it begins to run at once.
        clock: seconds from any fixed moment.
    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.seconds = seconds
        self._clock = clock
        self._last = clock()
        self._spent = 0.0

    def spent(self) -> float:
        """Return how many seconds have passed."""
        now = self._clock()
        self._spent += max(0.0, now - self._last)
        self._last = now
        return self._spent

    def left(self, share: float = 1.0) -> bool:
        """Return whether less than ``share`` of the budget has been spent."""
        return self.spent() < share * self.seconds

    def bears_more(self) -> bool:
        """Return whether a little more does no harm: less than the budget or than ``PATIENCE`` has been spent."""
        return self.spent() < max(self.seconds, PATIENCE)

    def forgive(self, seconds: float) -> None:
        """Take back what somebody else has spent."""
        self._spent -= seconds


def warm_up(batch: Round, allowance: Allowance, share: float) -> None:
    """Call until three successive calls are steady or a share of the budget is spent; twice if ``PATIENCE`` allows."""
    latest: deque[float] = deque((batch.seconds(),), maxlen=_ALIKE)
    while (len(latest) < _FEWEST and allowance.bears_more()) or (not _is_steady(latest) and allowance.left(share)):
        latest.append(batch.seconds())


def _is_steady(latest: deque[float]) -> bool:
    return len(latest) == _ALIKE and max(latest) - min(latest) <= STEADY * max(latest)


def _useless(what: str) -> str:
    return (
        f"timing: got a clock that {what}; expected one that only ever runs forward. Nothing can be timed on this "
        "machine until it does."
    )
