"""Timing on a clock that only the timed call moves: what is counted, what is not, and when it ends."""

from __future__ import annotations

import itertools
import math
import socket
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from benchkit.errors import DataError, UsageError
from benchkit.measure import timing
from benchkit.measure.turns import Turns

CPU = torch.device("cpu")


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class FakeCall:
    """A scorer of known duration; the last duration goes on for ever. Records the batches that it saw."""

    def __init__(self, clock: FakeClock, seconds: Sequence[float]) -> None:
        self.clock = clock
        self.seconds = itertools.chain(seconds, itertools.repeat(seconds[-1]))
        self.batches: list[Tensor] = []

    def __call__(self, images: Tensor) -> Tensor:
        """Take as long as is next, and score."""
        assert not torch.is_grad_enabled()
        self.clock.now += next(self.seconds)
        self.batches.append(images.clone())
        return images.flatten(1).sum(1)


def timed(
    seconds: Sequence[float], *, images: int = 10, batch_size: int = 5, budget: float = 1.0
) -> tuple[timing.Throughput, FakeCall]:
    """Measure a call of these durations on images that are their own numbers."""
    clock = FakeClock()
    call = FakeCall(clock, seconds)
    numbers = torch.arange(float(images)).reshape(images, 1)
    return timing.measure(call, numbers, batch_size=batch_size, budget_seconds=budget, clock=clock), call


def test_throughput_is_batch_size_by_median() -> None:
    """A call that always takes a hundredth of a second has the throughput and the latencies of that."""
    measured, call = timed([0.01], batch_size=5)
    assert measured.images_per_second == pytest.approx(500.0)
    assert measured.latency_p50_ms == pytest.approx(10.0)
    assert measured.latency_p99_ms == pytest.approx(10.0)
    assert measured.batch_size == 5
    assert len(call.batches) == measured.repeats + 2


def test_a_slow_batch_moves_the_tail_but_not_the_median() -> None:
    """One slow batch among the timed ones is the 99th percentile and leaves the throughput alone."""
    measured, _ = timed([0.01, 0.01, 0.01, 0.5, 0.01], budget=0.6)
    assert measured.images_per_second == pytest.approx(500.0)
    assert measured.latency_p99_ms == pytest.approx(500.0)


def test_percentiles_are_those_of_numpy() -> None:
    """Over many batches the latencies are NumPy's percentiles of the timed ones, not interpolated."""
    rng = np.random.default_rng(2)
    seconds = [0.1, 0.1, *rng.uniform(0.05, 0.2, size=400)]
    measured, _ = timed(seconds, budget=sum(seconds) - 1e-9)
    assert measured.repeats == 400
    assert measured.latency_p50_ms == pytest.approx(1e3 * np.median(seconds[2:]))
    assert measured.latency_p99_ms == pytest.approx(1e3 * np.quantile(seconds[2:], 0.99, method="higher"))


def test_the_budget_is_spent_and_no_more() -> None:
    """Warm-up and timed batches together take the budget, over by one batch at most."""
    measured, call = timed([0.01], budget=1.0)
    assert 1.0 <= call.clock.now - 100.0 < 1.0 + 0.0101
    assert measured.repeats > timing.MIN_REPEATS


@given(budget=st.floats(0, 0.05), seconds=st.floats(0.01, 10))
def test_there_are_always_a_few_repeats(budget: float, seconds: float) -> None:
    """However small the budget, the call is timed the least number of times."""
    measured, _ = timed([seconds], budget=budget)
    assert measured.repeats >= timing.MIN_REPEATS


def test_a_slow_first_call_is_warmed_away() -> None:
    """Compilation and caches in the first calls are in no number."""
    measured, call = timed([5.0, 1.0, 0.3, 0.1, 0.1, 0.01], budget=100.0)
    assert measured.latency_p99_ms == pytest.approx(10.0)
    assert len(call.batches) == measured.repeats + 5


def test_warm_up_ends_when_its_share_is_spent() -> None:
    """A call that never becomes steady is warmed up for a part of the budget only."""
    unsteady = [0.01, 0.1] * 200
    measured, call = timed(unsteady, budget=4.0)
    warm_up_calls = len(call.batches) - measured.repeats
    assert sum(unsteady[:warm_up_calls]) == pytest.approx(timing.WARM_UP_SHARE * 4.0, abs=0.11)


def test_two_calls_warm_up_even_without_a_budget() -> None:
    """A budget of nothing still leaves two calls untimed."""
    measured, call = timed([9.0, 8.0, 0.01], budget=0.0)
    assert measured.repeats == timing.MIN_REPEATS
    assert len(call.batches) == timing.MIN_REPEATS + 2
    assert measured.latency_p99_ms == pytest.approx(10.0)


def test_fewer_images_than_a_batch_are_one_batch() -> None:
    """A batch size above the number of images is reduced, and the result says the true one."""
    measured, call = timed([0.01], images=3, batch_size=1024)
    assert measured.batch_size == 3
    assert measured.images_per_second == pytest.approx(300.0)
    assert {len(batch) for batch in call.batches} == {3}


@given(images=st.integers(1, 12), batch_size=st.integers(1, 15))
def test_batches_are_full_and_start_over(images: int, batch_size: int) -> None:
    """Batches run through the images in order and from the start again, each as large as the others."""
    measured, call = timed([0.01], images=images, batch_size=batch_size, budget=0.2)
    seen = torch.cat(call.batches).flatten().long().tolist()
    assert {len(batch) for batch in call.batches} == {measured.batch_size}
    assert seen == [number % images for number in range(len(seen))]


def test_a_call_too_fast_for_the_clock_has_a_finite_throughput() -> None:
    """Where no time passes between two looks at the clock, the result is bounded by what a clock can tell."""
    ticks = itertools.chain([0.0] * 16, itertools.repeat(1.0))  # until the fifth timed batch has ended
    measured = timing.measure(
        lambda images: images, torch.zeros(4, 1), batch_size=4, budget_seconds=0.5, clock=lambda: next(ticks)
    )
    assert math.isfinite(measured.images_per_second)
    assert measured.latency_p50_ms > 0.0


@pytest.mark.parametrize(("batch_size", "budget"), [(0, 1.0), (-1, 1.0), (1, -1.0), (1, math.nan), (1, math.inf)])
def test_impossible_settings_are_refused(batch_size: int, budget: float) -> None:
    """A batch of nothing and a budget that is no time are wrong requests."""
    with pytest.raises(UsageError, match=r"timing: got a (batch size|budget) of"):
        timing.measure(lambda images: images, torch.zeros(2, 1), batch_size=batch_size, budget_seconds=budget)


def test_no_images_are_refused() -> None:
    """Nothing can be timed on no images."""
    with pytest.raises(DataError, match=r"timing: got images of shape \(0, 784\)"):
        timing.measure(lambda images: images, torch.zeros(0, 784), batch_size=1, budget_seconds=1.0)


def test_an_error_of_the_call_comes_through() -> None:
    """What the call raises is raised."""

    def broken(images: Tensor) -> Tensor:
        raise ArithmeticError("no")

    with pytest.raises(ArithmeticError, match="no"):
        timing.measure(broken, torch.zeros(2, 1), batch_size=1, budget_seconds=0.0)


def recorded(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Callable[[], float]]:
    """Record every synchronisation and every look at the clock, in order."""
    events: list[str] = []
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: events.append(f"synchronise {device}"))
    monkeypatch.setattr(torch.mps, "synchronize", lambda: events.append("synchronise mps"))

    def clock() -> float:
        events.append("clock")
        return float(len(events))

    return events, clock


@pytest.mark.parametrize(
    ("device", "waited"),
    [("cuda:1", ["synchronise cuda:1"]), ("mps", ["synchronise mps"]), ("cpu", [])],
)
def test_the_device_is_waited_for_on_both_sides(
    monkeypatch: pytest.MonkeyPatch, device: str, waited: list[str]
) -> None:
    """The clock is read only after the device has ended what it was given, before and after the block."""
    events, clock = recorded(monkeypatch)
    with timing.Stopwatch(torch.device(device), clock=clock) as watch:
        events.append("work")
    assert events == [*waited, "clock", "work", *waited, "clock"]
    assert watch.seconds > 0.0


def test_a_stopwatch_has_no_time_before_its_end() -> None:
    """A time that is read too early is not a number; afterwards it is the block's."""
    clock = FakeClock()
    with timing.Stopwatch(CPU, clock=clock) as watch:
        clock.now += 2.5
        assert math.isnan(watch.seconds)
    assert watch.seconds == pytest.approx(2.5)


def test_an_error_is_not_hidden_by_a_broken_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an error the device is not waited for, as it may be what broke; the time is known all the same."""
    events, clock = recorded(monkeypatch)
    watch = timing.Stopwatch(torch.device("cuda:0"), clock=clock)
    with pytest.raises(ZeroDivisionError), watch:
        raise ZeroDivisionError
    assert events == ["synchronise cuda:0", "clock", "clock"]
    assert watch.seconds > 0.0


def with_reference(seconds: float, *, reference: float, budget: float) -> timing.Throughput:
    """Measure a call of always the same duration, beside a reference of a fixed one."""
    clock = FakeClock()

    def read() -> float:
        clock.now += reference
        return reference

    numbers = torch.arange(10.0).reshape(10, 1)
    call = FakeCall(clock, [seconds])
    return timing.measure(call, numbers, batch_size=5, budget_seconds=budget, clock=clock, reference=read)


def test_the_single_times_are_kept() -> None:
    """What the summary was made of is there, in order of time, without references where none was asked for."""
    measured, _ = timed([0.5, 0.5, 0.01, 0.02, 0.03, 0.04, 0.05], budget=0.0)
    readings = measured.readings
    assert readings.seconds == (0.01, 0.02, 0.03, 0.04, 0.05)
    assert measured.repeats == 5
    assert (readings.reference_at, readings.reference_seconds) == ((), ())


def test_the_reference_is_timed_in_turn() -> None:
    """It comes before the first timed batch, and again after every 20 ms of timed ones."""
    readings = with_reference(0.008, reference=0.002, budget=1.0).readings
    assert readings.reference_at[:4] == (0, 3, 6, 9)
    assert set(readings.reference_seconds) == {0.002}
    assert len(readings.reference_at) == len(readings.reference_seconds)


def test_the_reference_does_not_change_what_is_measured() -> None:
    """Throughput and latencies are those of the batches alone, and the budget holds both."""
    beside = with_reference(0.01, reference=0.05, budget=1.0)
    assert beside.images_per_second == pytest.approx(500.0)
    assert beside.repeats < 1.0 / 0.01 / 2


def test_a_long_batch_has_a_reference_of_its_own() -> None:
    """Where a batch takes longer than the reference's turn, every batch has one, and none is thrown away."""
    readings = with_reference(0.1, reference=0.001, budget=1.0).readings
    assert readings.reference_at == tuple(range(len(readings.seconds)))


def test_in_turns_each_turn_begins_with_a_batch_that_is_not_timed() -> None:
    """The medians of the turns are kept, the other's time is on nobody's budget, and the pair's name stays."""
    clock = FakeClock()
    one, other = socket.socketpair()
    other.close()  # nobody is there: every turn comes at once
    call = FakeCall(clock, [0.008])
    numbers = torch.arange(10.0).reshape(10, 1)
    turns = Turns(one, "pair", begins=True)
    measured = timing.measure(call, numbers, batch_size=5, budget_seconds=0.16, clock=clock, turns=turns)
    readings = measured.readings
    assert readings.beside == "pair"
    assert set(readings.turn_seconds) == {0.008}
    assert len(readings.seconds) == 3 * len(readings.turn_seconds)  # 24 ms are the first multiple beyond 20
    assert len(call.batches) == 2 + len(readings.seconds) + len(readings.turn_seconds) - 1
    assert measured.images_per_second == pytest.approx(625.0)
