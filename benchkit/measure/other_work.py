"""How much of the processors' time went to others while a block of work ran."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

MOST = 0.1
"""Share of all processors' time that other work may take before the machine is called busy."""

_STAT = Path("/proc/stat")
_BUSY = (0, 1, 2, 5, 6, 7)  # user, nice, system, irq, softirq, steal; guests are counted in user already
_ALL = range(8)
_ROUNDING = 2  # ticks: what is counted in whole ticks is off by one at each end
_UNLIKE = 0.3  # a count of all ticks that is off by more than this share of the wall time is none of this machine's


@dataclass(frozen=True)
class _Moment:
    wall: float
    own: float
    busy: int
    every: int


class OtherWork:
    """Measures what share of the processors' time others take during its ``with`` block.

    Linux counts it in ``/proc/stat`` (see ``man 5 proc_stat``), with what the host of a virtual machine keeps for its
    other guests (steal). This process and the children that it has waited for are its own.

    Attributes:
        share: of the time of all processors, 0 to 1; None until the block has ended, and where nobody counts.
    """

    def __init__(self) -> None:
        self.share: float | None = None
        self._start: _Moment | None = None

    def __enter__(self) -> Self:
        self._start = _now()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        end = _now()
        if self._start is not None and end is not None:
            self.share = _share(self._start, end, ticks=os.sysconf("SC_CLK_TCK"), processors=os.cpu_count() or 1)

    @property
    def is_much(self) -> bool:
        """Whether it was so much that a timing has to say so; False where nobody knows."""
        return self.share is not None and self.share > MOST


def _share(start: _Moment, end: _Moment, *, ticks: int, processors: int) -> float | None:
    """Return the share that others took at least, or None where the counts cannot be those of this machine."""
    there = (end.wall - start.wall) * processors
    every = (end.every - start.every) / ticks
    if there <= 0 or abs(every - there) > _UNLIKE * there + _ROUNDING * processors / ticks:
        return None
    others = (end.busy - start.busy - _ROUNDING) / ticks - (end.own - start.own)
    return min(1.0, max(0.0, others / there))


def _now() -> _Moment | None:
    try:
        with _STAT.open(encoding="ascii") as file:
            name, *counts = file.readline().split()
        numbers = [int(count) for count in counts[: len(_ALL)]]
    except (OSError, ValueError):
        return None
    if name != "cpu" or len(numbers) < len(_ALL):
        return None
    own = os.times()
    busy = sum(numbers[place] for place in _BUSY)
    return _Moment(time.monotonic(), time.process_time() + own.children_user + own.children_system, busy, sum(numbers))
