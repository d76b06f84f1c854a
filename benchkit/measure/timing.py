"""How fast a call is: warmed up, the device synchronised on both sides, one latency a batch."""

from __future__ import annotations

import contextlib
import itertools
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
import torch
from torch import Tensor

from benchkit.errors import DataError, UsageError
from benchkit.measure.readings import Readings
from benchkit.measure.turns import TURN_SECONDS, Turns, on_one_core

Clock = Callable[[], float]
"""Seconds from any fixed moment, never backwards."""

MIN_REPEATS = 5
"""Timed batches, however small the budget."""

WARM_UP_SHARE = 0.25
"""Largest share of the budget that warming up may use."""

REFERENCE_EVERY = 0.02
"""Seconds of timed batches between two times of the reference, which takes one to three milliseconds of a CPU."""

STEADY = 0.2
"""Two successive warm-up calls that differ by no more than this share end the warm-up."""

TICK = 1e-9
"""Seconds: the finest that a clock tells apart; nothing is ever faster than that."""


@dataclass(frozen=True)
class Throughput:
    """What was measured.

    Attributes:
        images_per_second: batch size by median batch time; higher is better.
        latency_p50_ms: median time of one batch in milliseconds; lower is better.
        latency_p99_ms: time that 99 % of the batches do not exceed; of fewer than 100 repeats, the slowest.
        batch_size: images a timed batch, which is less than was asked for where there are fewer images.
        repeats: timed batches.
        readings: the time of each batch, and of the reference where one was timed in turn.
    """

    images_per_second: float
    latency_p50_ms: float
    latency_p99_ms: float
    batch_size: int
    repeats: int
    readings: Readings


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


def synchronise(device: torch.device) -> None:
    """Wait until all work given to ``device`` is done; the CPU has nothing to wait for."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def measure(
    call: Callable[[Tensor], Tensor],
    images: Tensor,
    *,
    batch_size: int,
    budget_seconds: float,
    clock: Clock = time.perf_counter,
    reference: Callable[[], float] | None = None,
    turns: Turns | None = None,
) -> Throughput:
    """Time ``call`` on batches of ``images``, gradients off.

    It is warmed up by at least two calls, until two successive ones agree within ``STEADY`` or ``WARM_UP_SHARE`` of
    the budget is spent. Then batch after batch is timed, from the first image again after the last one, until the
    whole budget is spent, ``MIN_REPEATS`` at least. Taking a batch from ``images`` is not timed.

    Args:
        call: images in, scores out; it is given batches of ``batch_size`` × the shape of an image.
        images: N×…, on the device that is to be timed.
        batch_size: images a batch; reduced to N where there are fewer.
        budget_seconds: how long to measure, warm-up included.
        clock: seconds from any fixed moment.
        reference: returns the seconds of a fixed computation, see ``measure.reference``. It is called before the first
            timed batch and again after each ``REFERENCE_EVERY`` seconds of timed ones, on the same budget.
        turns: of a pair with another process, which is timed in turns with this one; then there is no reference, and
            the other's turns are not on the budget.

    Raises:
        UsageError: the batch size is not positive, or the budget is negative or not a number.
        DataError: there are no images.
    """
    size = _check(images, batch_size, budget_seconds)
    start = clock()
    with torch.no_grad():
        batch = _Round(call, _batches(images, size), images.device, clock)
        if turns is not None:
            alone = images.device.type == "cpu" and torch.get_num_threads() == 1
            with on_one_core() if alone else contextlib.nullcontext():
                readings = _timed_in_turns(batch, budget_seconds, turns)
        else:
            _warm_up(batch, start + WARM_UP_SHARE * budget_seconds)
            readings = _timed(batch, start + budget_seconds, reference)
    return _summary(readings, size)


def _check(images: Tensor, batch_size: int, budget_seconds: float) -> int:
    """Return the true batch size."""
    if batch_size < 1:
        raise UsageError(f"timing: got a batch size of {batch_size}; expected at least 1.")
    if not 0.0 <= budget_seconds < math.inf:
        raise UsageError(f"timing: got a budget of {budget_seconds} seconds; expected a finite time, 0 or more.")
    if images.ndim == 0 or images.shape[0] == 0:
        raise DataError(f"timing: got images of shape {tuple(images.shape)}; expected at least one image.")
    return min(batch_size, int(images.shape[0]))


def _batches(images: Tensor, size: int) -> Iterator[Tensor]:
    """Yield full batches for ever, starting over where the images end."""
    total = int(images.shape[0])
    for first in itertools.count(0, size):
        start, beyond = first % total, first % total + size - total
        yield images[start : start + size] if beyond <= 0 else torch.cat((images[start:], images[:beyond]))


@dataclass(frozen=True)
class _Round:
    """One batch after the other."""

    call: Callable[[Tensor], Tensor]
    batches: Iterator[Tensor]
    device: torch.device
    clock: Clock

    def seconds(self) -> float:
        """Return what the next batch took."""
        batch = next(self.batches)
        with Stopwatch(self.device, clock=self.clock) as watch:
            self.call(batch)
        return max(round(watch.seconds, 9), TICK)  # a clock tells nanoseconds


def _warm_up(batch: _Round, deadline: float) -> None:
    """Call until two successive times agree or the deadline has passed."""
    last, this = math.inf, batch.seconds()
    while last == math.inf or (abs(this - last) > STEADY * max(this, last) and batch.clock() < deadline):
        last, this = this, batch.seconds()


def _timed(batch: _Round, deadline: float, reference: Callable[[], float] | None) -> Readings:
    """Return the seconds of each timed batch, and of the reference in between."""
    seconds: list[float] = []
    references: dict[int, float] = {}
    since = math.inf
    while len(seconds) < MIN_REPEATS or batch.clock() < deadline:
        if reference is not None and since >= REFERENCE_EVERY:
            references[len(seconds)] = reference()
            since = 0.0
            if seconds and seconds[-1] < REFERENCE_EVERY:
                batch.seconds()  # not timed: the reference has taken the caches, which shows in a short batch
        seconds.append(batch.seconds())
        since += seconds[-1]
    return Readings(tuple(seconds), tuple(references), tuple(references.values()))


def _timed_in_turns(batch: _Round, budget_seconds: float, turns: Turns) -> Readings:
    """Return the seconds of each timed batch; every turn begins with one that is not."""
    if not turns.begins:
        turns.take()
    start = batch.clock()
    deadline = start + budget_seconds
    _warm_up(batch, start + WARM_UP_SHARE * budget_seconds)
    seconds: list[float] = []
    medians: list[float] = []
    while len(seconds) < MIN_REPEATS or batch.clock() < deadline:
        if medians:
            deadline += turns.pass_on()
            batch.seconds()  # not timed: the other has taken the caches
        turn = [batch.seconds()]
        while sum(turn) < TURN_SECONDS:
            turn.append(batch.seconds())
        seconds += turn
        medians.append(float(np.median(turn)))
    turns.close()
    return Readings(tuple(seconds), beside=turns.name, turn_seconds=tuple(medians))


def _summary(readings: Readings, size: int) -> Throughput:
    seconds = readings.seconds
    median = max(float(np.median(seconds)), TICK)
    # Not interpolated: between the slowest and the one before lies no batch that was measured.
    slowest = max(float(np.quantile(seconds, 0.99, method="higher")), median)
    return Throughput(
        images_per_second=size / median,
        latency_p50_ms=1e3 * median,
        latency_p99_ms=1e3 * slowest,
        batch_size=size,
        repeats=len(seconds),
        readings=readings,
    )
