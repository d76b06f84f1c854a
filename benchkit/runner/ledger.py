"""Where a run's time went."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch

from benchkit.measure.stopwatch import Clock, Stopwatch

USEFUL = ("view", "fit", "score", "show", "timing")
"""What a run is for; everything else is the runner's own overhead."""

Announce = Callable[[str, str], object]
"""Told the kind of work that begins, and of what: an anomaly's name, a view's."""


def book(seconds: dict[str, float], more: Mapping[str, float]) -> None:
    """Add ``more`` to ``seconds``, kind by kind."""
    for kind, value in more.items():
        seconds[kind] = seconds.get(kind, 0.0) + value


class Ledger:
    """Seconds by kind of work: ``load``, ``generate``, ``view``, ``fit``, ``score``, ``metrics``, ``timing``.

    Args:
        device: synchronised before the clock is read.
        clock: seconds from any fixed moment; a worker's stands still while the worker is suspended.
        announce: told what begins, so that a process that dies can be asked what it was doing.
    """

    def __init__(
        self,
        device: torch.device,
        *,
        clock: Clock = time.perf_counter,
        announce: Announce = lambda kind, of: None,
    ) -> None:
        self._device = device
        self._announce = announce
        self.clock = clock
        self.seconds: dict[str, float] = {}

    @contextmanager
    def time(self, kind: str, of: str = "") -> Iterator[Stopwatch]:
        """Add the block's seconds to ``kind``, also when it raises."""
        self._announce(kind, of)
        watch = Stopwatch(self._device, clock=self.clock)
        try:
            with watch:
                yield watch
        finally:
            book(self.seconds, {kind: watch.seconds})

    def take(self) -> dict[str, float]:
        """Return the seconds booked since the last call."""
        taken, self.seconds = self.seconds, {}
        return taken


def summary(seconds: Mapping[str, float], *, wall: float, busy: float) -> dict[str, float]:
    """Return the seconds by kind with the runner's own share.

    Args:
        seconds: sum over all workers.
        wall: wall time of the run.
        busy: wall time summed over workers; equal to ``wall`` in one process.

    Returns:
        The kinds, ``wall``, ``overhead`` (busy time that was neither view, fit, score nor timing) and
        ``overhead_share`` of the busy time.
    """
    overhead = max(0.0, busy - sum(seconds.get(kind, 0.0) for kind in USEFUL))
    rounded = {kind: round(value, 3) for kind, value in sorted(seconds.items())}
    return {
        **rounded,
        "wall": round(wall, 3),
        "overhead": round(overhead, 3),
        "overhead_share": round(overhead / busy, 4) if busy > 0 else 0.0,
    }
