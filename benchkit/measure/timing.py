"""How fast a call is: warmed up until it is steady, timed until its median is sure, one latency a batch."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from benchkit.errors import DataError, TimingError, UsageError
from benchkit.measure import flags
from benchkit.measure.batches import Batches, while_it_fits
from benchkit.measure.disturbance import Disturbance
from benchkit.measure.noise import relative_noise
from benchkit.measure.readings import Readings
from benchkit.measure.rounds import Allowance, Clocks, Round, warm_up
from benchkit.measure.stopwatch import TICK, WITNESS, Clock
from benchkit.measure.turns import TURN_SECONDS, Turns, on_one_core

MIN_REPEATS = 6
"""Timed batches, however small the budget: the fewest whose median has a 95 % interval."""

FEWEST = 3
"""Timed batches where more would take longer than the budget and than ``rounds.PATIENCE``."""

LEAST_SECONDS = 0.1
"""Timed batches together take at least so long before their noise may end the timing: it has to have shown itself."""

WARM_UP_SHARE = 0.25
"""Largest share of the budget that warming up may use."""

REFERENCE_EVERY = 0.02
"""Seconds of timed batches between two times of the reference, which takes one to three milliseconds of a CPU."""

_LOOKS = 1.25  # the noise is looked at again when there are so many times as many batches: to look costs time, and luck


@dataclass(frozen=True)
class Throughput:
    """What was measured.

    Attributes:
        images_per_second: batch size by median batch time; higher is better.
        latency_p50_ms: median time of one batch in milliseconds; lower is better.
        latency_p95_ms: time that 95 % of the batches do not exceed; of fewer than 20 repeats, the slowest.
        latency_p99_ms: time that 99 % of the batches do not exceed; of fewer than 100 repeats, the slowest.
        batch_size: images a timed batch, which is less than was asked for where there are fewer images, or where a
            larger one did not fit in memory.
        repeats: timed batches.
        noise: half width of the median's 95 % interval, as a share of it; see ``measure.noise``.
        flags: what a reader has to know: words of ``measure.flags``.
        places: indices of the images in the last timed batch, int64.
        readings: the time of each batch, and of the reference where one was timed in turn.
    """

    images_per_second: float
    latency_p50_ms: float
    latency_p95_ms: float
    latency_p99_ms: float
    batch_size: int
    repeats: int
    noise: float
    flags: frozenset[str]
    places: Tensor
    readings: Readings


def measure(
    call: Callable[[Tensor], Tensor],
    images: Tensor,
    *,
    batch_size: int,
    budget_seconds: float,
    noise: float = 0.0,
    repeat_images: bool = False,
    device: torch.device | None = None,
    clock: Clock = time.perf_counter,
    witness: Clock = WITNESS,
    reference: Callable[[], float] | None = None,
    turns: Turns | None = None,
) -> Throughput:
    """Time ``call`` on batches of ``images``, gradients off.

    It is warmed up by at least two calls, until three successive ones agree or ``WARM_UP_SHARE`` of the budget is
    spent; see ``measure.rounds``. Then batch after batch is timed, from the first image again after the last one, until
    the noise of the median is no more than ``noise``, or the budget is spent, which is flagged. ``MIN_REPEATS`` are
    timed at least, or ``FEWEST`` where more would take longer than ``rounds.PATIENCE``. Taking a batch from ``images``
    is not timed. On CUDA, the time is that between two events on the device; every device is waited for before a clock
    is read. A batch that does not fit in memory is halved until it does.

    Args:
        call: images in, scores out; it is given batches of ``batch_size`` × the shape of an image.
        images: N×…, on the device that is to be timed, or in the memory of the host where the way there counts.
        batch_size: images a batch.
        budget_seconds: how long to measure at most, warm-up included.
        noise: as a share of the median; 0 spends the whole budget.
        repeat_images: fill a batch of more than N images with the same ones over and over; else it is reduced to N.
        device: where the call computes; by default where the images lie.
        clock: seconds from any fixed moment.
        witness: another clock, by which impossible times are found.
        reference: returns the seconds of a fixed computation, see ``measure.reference``. It is called before the first
            timed batch and again after each ``REFERENCE_EVERY`` seconds of timed ones, on the same budget.
        turns: of a pair with another process, which is timed in turns with this one; then there is no reference, the
            whole budget is spent, and the other's turns are not on it.

    Raises:
        UsageError: the batch size is not positive, or the budget or the noise is negative or not a number.
        DataError: there are no images.
        TimingError: the clock is of no use.
    """
    _check(images, batch_size, budget_seconds, noise)
    size = batch_size if repeat_images else min(batch_size, int(images.shape[0]))
    timing = _Timing(call, images, device or images.device, budget_seconds, noise, Clocks(clock, witness), reference)
    with torch.no_grad():
        if turns is None:
            return _summary(while_it_fits(timing.alone, size), size)
        return _summary(timing.in_turns(while_it_fits(timing.once, size), turns), size)


def _check(images: Tensor, batch_size: int, budget_seconds: float, noise: float) -> None:
    if batch_size < 1:
        raise UsageError(f"timing: got a batch size of {batch_size}; expected at least 1.")
    if not 0.0 <= budget_seconds < math.inf:
        raise UsageError(f"timing: got a budget of {budget_seconds} seconds; expected a finite time, 0 or more.")
    if not 0.0 <= noise < math.inf:
        raise UsageError(f"timing: got a noise of {noise}; expected a share of the median, 0 or more.")
    if images.ndim == 0 or images.shape[0] == 0:
        raise DataError(f"timing: got images of shape {tuple(images.shape)}; expected at least one image.")


@dataclass(frozen=True)
class _Taken:
    """What was read off the clock with batches of one size."""

    size: int
    readings: Readings
    words: set[str]
    places: Tensor


@dataclass(frozen=True)
class _Timing:
    """One call on one batch of images, at any size."""

    call: Callable[[Tensor], Tensor]
    images: Tensor
    device: torch.device
    budget_seconds: float
    noise: float
    clocks: Clocks
    reference: Callable[[], float] | None

    def once(self, size: int) -> int:
        """Score one batch, to see whether it fits; return its size."""
        self.call(next(Batches(self.images, size)))
        return size

    def alone(self, size: int) -> _Taken:
        """Warm up and time, watching what else the machine does."""
        batch = Round(self.call, Batches(self.images, size), self.device, self.clocks)
        with Disturbance(self.device) as around:
            allowance = Allowance(self.budget_seconds, self.clocks.clock)
            warm_up(batch, allowance, WARM_UP_SHARE)
            readings = _timed(batch, allowance, self.noise, self.reference)
        words = around.words | ({flags.CLOCK} if batch.jumps else set())
        if self.noise and relative_noise(readings.seconds) > self.noise:
            words.add(flags.BUDGET)
        return _Taken(size, readings, words, batch.batches.places)

    def in_turns(self, size: int, turns: Turns) -> _Taken:
        """Warm up and time while another process waits, and wait while it works; it is no disturbance."""
        batch = Round(self.call, Batches(self.images, size), self.device, self.clocks)
        alone = self.device.type == "cpu" and torch.get_num_threads() == 1
        with on_one_core() if alone else contextlib.nullcontext():
            readings = _timed_in_turns(batch, self.budget_seconds, turns)
        return _Taken(size, readings, {flags.CLOCK} if batch.jumps else set(), batch.batches.places)


def _timed(batch: Round, allowance: Allowance, noise: float, reference: Callable[[], float] | None) -> Readings:
    """Return the seconds of each timed batch, and of the reference in between."""
    series, enough = _Series(batch, reference), _Enough(noise)
    while _are_few(series.seconds, allowance) or (allowance.left() and not enough(series.seconds)):
        try:
            series.go_on()
        except TimingError:
            if len(series.seconds) < MIN_REPEATS:
                raise
            break
    places, references = tuple(series.references), tuple(series.references.values())
    return Readings(tuple(series.seconds), places, references, window_seconds=allowance.spent())


def _are_few(seconds: list[float], allowance: Allowance) -> bool:
    return len(seconds) < (MIN_REPEATS if allowance.bears_more() else FEWEST)


class _Series:
    """Timed batches in order of time, and before which of them the reference took how long."""

    def __init__(self, batch: Round, reference: Callable[[], float] | None) -> None:
        self.seconds: list[float] = []
        self.references: dict[int, float] = {}
        self._batch = batch
        self._reference = reference
        self._since = math.inf

    def go_on(self) -> None:
        """Time one more batch, after the reference where it is its turn."""
        if self._reference is not None and self._since >= REFERENCE_EVERY:
            self.references[len(self.seconds)] = self._reference()
            self._since = 0.0
            if self.seconds and self.seconds[-1] < REFERENCE_EVERY:
                self._batch.seconds()  # not timed: the reference has taken the caches, which shows in a short batch
        self.seconds.append(self._batch.seconds())
        self._since += self.seconds[-1]


class _Enough:
    """Whether the median of the batches so far is as sure as it should be."""

    def __init__(self, noise: float) -> None:
        self._noise = noise
        self._next = MIN_REPEATS

    def __call__(self, seconds: list[float]) -> bool:
        if self._noise == 0.0 or len(seconds) < self._next:
            return False
        self._next = math.ceil(len(seconds) * _LOOKS)
        return sum(seconds) >= LEAST_SECONDS and relative_noise(seconds) <= self._noise


def _timed_in_turns(batch: Round, budget_seconds: float, turns: Turns) -> Readings:
    """Return the seconds of each timed batch; every turn begins with one that is not."""
    if not turns.begins:
        turns.take()
    allowance = Allowance(budget_seconds, batch.clocks.clock)
    warm_up(batch, allowance, WARM_UP_SHARE)
    seconds: list[float] = []
    medians: list[float] = []
    while _are_few(seconds, allowance) or allowance.left():
        if medians:
            allowance.forgive(turns.pass_on())
            batch.seconds()  # not timed: the other has taken the caches
        turn = [batch.seconds()]
        while sum(turn) < TURN_SECONDS:
            turn.append(batch.seconds())
        seconds += turn
        medians.append(float(np.median(turn)))
    turns.close()
    window = allowance.spent()
    return Readings(tuple(seconds), beside=turns.name, turn_seconds=tuple(medians), window_seconds=window)


def _summary(taken: _Taken, asked: int) -> Throughput:
    seconds = taken.readings.seconds
    median = float(np.median(seconds))
    if median <= TICK:
        raise TimingError(
            f"timing: got a clock too coarse to tell a batch of {taken.size} images; expected one that moves during "
            "it. Time larger batches (--batch-size), or on a machine with a better clock."
        )
    # Not interpolated: between the slowest and the one before lies no batch that was measured.
    slow, slowest = (max(float(np.quantile(seconds, share, method="higher")), median) for share in (0.95, 0.99))
    return Throughput(
        images_per_second=taken.size / median,
        latency_p50_ms=1e3 * median,
        latency_p95_ms=1e3 * slow,
        latency_p99_ms=1e3 * slowest,
        batch_size=taken.size,
        repeats=len(seconds),
        noise=relative_noise(seconds),
        flags=frozenset(taken.words | ({flags.HALVED} if taken.size < asked else set())),
        places=taken.places,
        readings=taken.readings,
    )
