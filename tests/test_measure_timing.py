"""Timing on a clock that only the timed call moves: what is counted, what is not, and when it ends."""

from __future__ import annotations

import itertools
import math
import socket

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from timing_helpers import FakeCall, FakeClock, numbered, timed
from torch import Tensor

from benchkit.errors import DataError, TimingError, UsageError
from benchkit.measure import timing
from benchkit.measure.turns import Turns


def test_throughput_is_batch_size_by_median() -> None:
    """A call that always takes a hundredth of a second has the throughput and the latencies of that."""
    measured, call = timed([0.01], batch_size=5)
    assert measured.images_per_second == pytest.approx(500.0)
    assert measured.latency_p50_ms == pytest.approx(10.0)
    assert measured.latency_p99_ms == pytest.approx(10.0)
    assert measured.batch_size == 5
    assert len(call.batches) == measured.repeats + 3


def test_a_slow_batch_moves_the_tail_but_not_the_median() -> None:
    """One slow batch among the timed ones is the 99th percentile and leaves the throughput alone."""
    measured, _ = timed([0.01, 0.01, 0.01, 0.01, 0.5, 0.01], budget=0.6)
    assert measured.images_per_second == pytest.approx(500.0)
    assert measured.latency_p99_ms == pytest.approx(500.0)


def test_percentiles_are_those_of_numpy() -> None:
    """Over many batches the latencies are NumPy's percentiles of the timed ones, not interpolated."""
    rng = np.random.default_rng(2)
    seconds = [0.1, 0.1, 0.1, *rng.uniform(0.05, 0.2, size=400)]
    measured, _ = timed(seconds, budget=sum(seconds) - 1e-9)
    assert measured.repeats == 400
    assert measured.latency_p50_ms == pytest.approx(1e3 * np.median(seconds[3:]))
    assert measured.latency_p95_ms == pytest.approx(1e3 * np.quantile(seconds[3:], 0.95, method="higher"))
    assert measured.latency_p99_ms == pytest.approx(1e3 * np.quantile(seconds[3:], 0.99, method="higher"))


def test_the_budget_is_spent_and_no_more() -> None:
    """Warm-up and timed batches together take the budget, over by one batch at most."""
    measured, call = timed([0.01], budget=1.0)
    assert 1.0 <= call.clock.now - 100.0 < 1.0 + 0.0101
    assert measured.repeats > timing.MIN_REPEATS


@given(budget=st.floats(0, 0.05), seconds=st.floats(0.01, 0.2))
def test_there_are_always_a_few_repeats(budget: float, seconds: float) -> None:
    """However small the budget, the call is timed as often as its median needs to have an interval."""
    measured, _ = timed([seconds], budget=budget)
    assert measured.repeats >= timing.MIN_REPEATS


@given(budget=st.floats(0, 0.05), seconds=st.floats(2.0, 100.0))
def test_slow_batches_are_few(budget: float, seconds: float) -> None:
    """Where a batch alone takes seconds, one warms up and three are timed."""
    measured, call = timed([seconds], budget=budget)
    assert (measured.repeats, len(call.batches)) == (timing.FEWEST, timing.FEWEST + 1)


def test_a_slow_first_call_is_warmed_away() -> None:
    """Compilation and caches in the first calls are in no number."""
    measured, call = timed([5.0, 1.0, 0.3, 0.1, 0.1, 0.1, 0.01], budget=100.0)
    assert measured.latency_p99_ms == pytest.approx(10.0)
    assert len(call.batches) == measured.repeats + 6


def test_warm_up_ends_when_its_share_is_spent() -> None:
    """A call that never becomes steady is warmed up for a part of the budget only."""
    unsteady = [0.01, 0.1] * 200
    measured, call = timed(unsteady, budget=4.0)
    warm_up_calls = len(call.batches) - measured.repeats
    assert sum(unsteady[:warm_up_calls]) == pytest.approx(timing.WARM_UP_SHARE * 4.0, abs=0.11)


def test_two_calls_warm_up_even_without_a_budget() -> None:
    """A budget of nothing still leaves two calls untimed."""
    measured, call = timed([0.9, 0.8, 0.01], budget=0.0)
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


def test_a_clock_too_coarse_for_a_batch_times_nothing() -> None:
    """Where no time passes between two looks at the clock, no speed is made up from what it could tell at best."""
    ticks = itertools.chain([0.0] * 40, itertools.repeat(1.0))  # until some batches have been timed
    with pytest.raises(TimingError, match=r"too coarse to tell a batch of 4 images.*--batch-size"):
        timing.measure(
            lambda images: images, torch.zeros(4, 1), batch_size=4, budget_seconds=0.5, clock=lambda: next(ticks)
        )


@pytest.mark.parametrize(("batch_size", "budget"), [(0, 1.0), (-1, 1.0), (1, -1.0), (1, math.nan), (1, math.inf)])
def test_impossible_settings_are_refused(batch_size: int, budget: float) -> None:
    """A batch of nothing and a budget that is no time are wrong requests."""
    with pytest.raises(UsageError, match=r"timing: got a (batch size|budget) of"):
        timing.measure(lambda images: images, torch.zeros(2, 1), batch_size=batch_size, budget_seconds=budget)


@pytest.mark.parametrize("noise", [-0.1, math.nan, math.inf])
def test_an_impossible_noise_is_refused(noise: float) -> None:
    """No median is that sure."""
    with pytest.raises(UsageError, match=r"timing: got a noise of .*; expected a share of the median, 0 or more"):
        timing.measure(lambda images: images, numbered(2), batch_size=1, budget_seconds=0.0, noise=noise)


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


def with_reference(seconds: float, *, reference: float, budget: float) -> timing.Throughput:
    """Measure a call of always the same duration, beside a reference of a fixed one."""
    clock = FakeClock()

    def read() -> float:
        clock.now += reference
        return reference

    call = FakeCall(clock, [seconds])
    return timing.measure(
        call, numbered(10), batch_size=5, budget_seconds=budget, clock=clock, witness=clock, reference=read
    )


def test_the_single_times_are_kept() -> None:
    """What the summary was made of is there, in order of time, without references where none was asked for."""
    measured, _ = timed([0.5, 0.5, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06], budget=0.0)
    readings = measured.readings
    assert readings.seconds == (0.01, 0.02, 0.03, 0.04, 0.05, 0.06)
    assert measured.repeats == 6
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
    turns = Turns(one, "pair", begins=True)
    measured = timing.measure(
        call, numbered(10), batch_size=5, budget_seconds=0.16, noise=0.5, clock=clock, witness=clock, turns=turns
    )
    readings = measured.readings
    assert readings.beside == "pair"
    assert set(readings.turn_seconds) == {0.008}
    assert len(readings.seconds) == 3 * len(readings.turn_seconds)  # 24 ms are the first multiple beyond 20
    # One to see whether it fits, three to warm up, and the first of each turn but the very first.
    assert len(call.batches) == 1 + 3 + len(readings.seconds) + len(readings.turn_seconds) - 1
    assert measured.images_per_second == pytest.approx(625.0)


def test_a_timing_ends_when_its_median_is_sure() -> None:
    """Batches that all take as long need a tenth of a second, not the whole budget, and no word of warning."""
    measured, call = timed([0.01], budget=100.0, noise=0.01)
    assert timing.LEAST_SECONDS <= sum(measured.readings.seconds) < 2 * timing.LEAST_SECONDS
    assert (measured.noise, measured.flags) == (0.0, frozenset())
    assert measured.readings.window_seconds == pytest.approx(call.clock.now - 100.0)


def test_a_timing_that_does_not_become_sure_says_so() -> None:
    """The budget is spent then, all of it, and the noise is what it is."""
    unsteady = np.random.default_rng(0).uniform(0.01, 0.03, size=1000).tolist()
    measured, call = timed(unsteady, budget=1.0, noise=0.001)
    assert call.clock.now - 100.0 >= 1.0
    assert measured.noise > 0.001
    assert measured.flags == {"budget"}


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_a_budget_too_small_to_be_sure_is_flagged_where_that_was_asked_for(noise: float) -> None:
    """Six batches of which the slowest takes twice as long tell little; without a noise nothing was promised."""
    measured, _ = timed([0.01, 0.02], budget=0.0, noise=noise)
    measured_noisy, _ = timed([0.01, 0.01, *[0.01, 0.02] * 3], budget=0.0, noise=noise)
    assert measured.flags == frozenset()
    assert measured_noisy.noise == pytest.approx(1 / 3)
    assert measured_noisy.flags == ({"budget"} if noise else frozenset())


def test_without_a_noise_the_whole_budget_is_spent() -> None:
    """However steady the batches are: a gate on speed needs the machine's drift in them."""
    measured, call = timed([0.01], budget=5.0)
    assert call.clock.now - 100.0 >= 5.0
    assert measured.readings.window_seconds == pytest.approx(5.0, abs=0.02)


def test_the_noise_is_looked_at_seldom() -> None:
    """To look again after each of a million batches would cost more than they do, and one look would be lucky."""
    enough, looks = timing._Enough(1e-9), 0
    for count in range(1, 2_000):
        before = enough._next
        enough([1.0, 2.0] * count)
        looks += enough._next != before
    assert looks < 40


def test_impossible_times_are_measured_again_and_said() -> None:
    """A clock that jumps back once costs that batch; the summary is that of the others, flagged."""
    clock = FakeClock()
    calls = itertools.count()

    def call(images: Tensor) -> Tensor:
        clock.now += -1000.0 if next(calls) == 7 else 0.01
        return images

    measured = timing.measure(
        call, numbered(4), batch_size=2, budget_seconds=0.2, noise=0.1, clock=clock, witness=clock
    )
    assert set(measured.readings.seconds) == {0.01}
    assert measured.flags == {"clock"}


def test_a_clock_that_fails_in_the_end_leaves_what_was_measured() -> None:
    """Enough batches are a result, flagged; fewer are an error."""

    def measured(good: int) -> timing.Throughput:
        clock, calls = FakeClock(), itertools.count()

        def call(images: Tensor) -> Tensor:
            clock.now += 0.01 if next(calls) < good else -1.0
            return images

        return timing.measure(call, numbered(4), batch_size=2, budget_seconds=9.0, clock=clock, witness=clock)

    found = measured(20)
    assert (found.repeats, found.flags) == (17, {"clock"})
    with pytest.raises(TimingError, match="got a clock that jumped"):
        measured(8)


@pytest.mark.parametrize("in_turns", [False, True])
def test_a_batch_that_does_not_fit_is_halved_and_said(in_turns: bool) -> None:
    """The true size stands in the result; beside another process it is found before the first turn."""
    clock = FakeClock()
    sizes: list[int] = []

    def call(images: Tensor) -> Tensor:
        sizes.append(len(images))
        if len(images) > 3:
            raise MemoryError
        clock.now += 0.01
        return images

    one, other = socket.socketpair()
    other.close()
    turns = Turns(one, "pair", begins=True) if in_turns else None
    measured = timing.measure(
        call, numbered(10), batch_size=10, budget_seconds=0.2, clock=clock, witness=clock, turns=turns
    )
    one.close()
    assert sizes[:3] == [10, 5, 2]
    assert set(sizes[2:]) == {2}
    assert (measured.batch_size, measured.flags) == (2, {"halved"})
    assert measured.images_per_second == pytest.approx(200.0)


def test_a_single_image_that_does_not_fit_fails() -> None:
    """It is the call's own error then."""

    def call(images: Tensor) -> Tensor:
        raise MemoryError("not one")

    with pytest.raises(MemoryError, match="not one"):
        timing.measure(call, numbered(10), batch_size=10, budget_seconds=0.0)


def test_a_larger_batch_than_there_are_images_can_be_filled() -> None:
    """It holds the same images several times over, and is as large as was asked for."""
    measured, call = timed([0.01], images=3, batch_size=8, repeat_images=True)
    assert (measured.batch_size, measured.flags) == (8, frozenset())
    assert call.batches[0].flatten().long().tolist() == [0, 1, 2, 0, 1, 2, 0, 1]


def test_the_images_of_the_last_batch_are_known() -> None:
    """They are those that the call was given last."""
    measured, call = timed([0.01], images=7, batch_size=3)
    assert measured.places.tolist() == call.batches[-1].flatten().long().tolist()
