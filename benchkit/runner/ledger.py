"""Where a run's time went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch

from benchkit.measure.timing import Stopwatch

USEFUL = ("view", "fit", "score", "timing")
"""What a run is for; everything else is the runner's own overhead."""


def book(seconds: dict[str, float], more: Mapping[str, float]) -> None:
    """Add ``more`` to ``seconds``, kind by kind."""
    for kind, value in more.items():
        seconds[kind] = seconds.get(kind, 0.0) + value


class Ledger:
    """Seconds by kind of work: ``load``, ``generate``, ``view``, ``fit``, ``score``, ``metrics``, ``timing``.

    Args:
        device: synchronised before the clock is read.
        seconds: where to book; an account of its own by default.
    """

    def __init__(self, device: torch.device, seconds: dict[str, float] | None = None) -> None:
        self._device = device
        self.seconds: dict[str, float] = {} if seconds is None else seconds

    @contextmanager
    def time(self, kind: str) -> Iterator[Stopwatch]:
        """Add the block's seconds to ``kind``, also when it raises."""
        watch = Stopwatch(self._device)
        try:
            with watch:
                yield watch
        finally:
            book(self.seconds, {kind: watch.seconds})


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
