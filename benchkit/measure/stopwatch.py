"""How long a block of work takes on a device: nothing is read before the device has done what it was given."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Self

import torch

Clock = Callable[[], float]
"""Seconds from any fixed moment, never backwards."""


def _witness() -> Clock:
    """Return a clock that nobody sets or slews, where there is one: it sees what is done to the one that is read."""
    raw = getattr(time, "CLOCK_MONOTONIC_RAW", None)
    return time.monotonic if raw is None else partial(time.clock_gettime, raw)


WITNESS = _witness()
"""Another clock than ``time.perf_counter``, seconds."""

TICK = 1e-9
"""Seconds: the finest that a clock tells apart; nothing is ever faster than that."""

SLACK_SECONDS = 0.05
"""By so much two clocks may differ over a batch before one of them is wrong; the coarsest ticks every 16 ms."""

SLACK_SHARE = 0.05
"""And by this share of what they measured: clocks that nobody disciplines differ by far less."""

HIDDEN_SECONDS = 1e-3
"""Work beside the stream that the events were recorded on is suspected only from here on."""


class Stopwatch:
    """Times what its ``with`` block does on a device.

    Attributes:
        seconds: wall time of the block; NaN until it has ended.

    Args:
        device: waited for before the clock is read, at both ends.
        clock: seconds from any fixed moment.
    """

    def __init__(self, device: torch.device, *, clock: Clock = time.perf_counter) -> None:
        self.seconds = math.nan
        self._device = device
        self._clock = clock
        self._start = math.nan

    def __enter__(self) -> Self:
        synchronise(self._device)
        self._start = self._clock()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:  # after an error the device may be unusable; waiting for it would hide the cause
            synchronise(self._device)
        self.seconds = self._clock() - self._start


class EventWatch(Stopwatch):
    """Times its block between two events on a CUDA device, which the device itself notes as it comes to them.

    The device is idle when the first is recorded, so that gaps in which it waits for the host count, as they should;
    the host's way back from waiting does not. Work that a block gives to another stream lies beside the events: where
    the wall clock saw half as much again, and a millisecond, its time counts.

    Attributes:
        seconds: time between the events; NaN until the block has ended, and where it is impossible: longer than the
            wall time around it.
    """

    def __enter__(self) -> Self:
        self._stream = torch.cuda.current_stream(self._device)
        self._before, self._behind = _event(), _event()
        super().__enter__()
        self._before.record(self._stream)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self._behind.record(self._stream)
        super().__exit__(kind, error, traceback)
        if error is None:
            self.seconds = _believed(self._before.elapsed_time(self._behind) / 1e3, self.seconds)


def stopwatch(device: torch.device, *, clock: Clock = time.perf_counter) -> Stopwatch:
    """Return what times a block on ``device`` best: events on CUDA, elsewhere the clock with the device waited for."""
    return EventWatch(device, clock=clock) if device.type == "cuda" else Stopwatch(device, clock=clock)


def synchronise(device: torch.device) -> None:
    """Wait until all work given to ``device`` is done; the CPU has nothing to wait for."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def is_possible(seconds: float, around: float) -> bool:
    """Return whether an interval can be true: not negative, and no longer than what another clock saw around it.

    Args:
        seconds: the interval.
        around: what the other clock says from before its begin until behind its end; NaN where nobody looked.
    """
    if not 0.0 <= seconds < math.inf:
        return False
    return math.isnan(around) or seconds <= around * (1.0 + SLACK_SHARE) + SLACK_SECONDS


def _event() -> torch.cuda.Event:
    return torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]


def _believed(events: float, wall: float) -> float:
    """Return the seconds of a block: the events' if the wall clock does not contradict them."""
    if not is_possible(events, wall):
        return math.nan
    return wall if wall - events > max(HIDDEN_SECONDS, events / 2) else events
