"""The stopwatch waits for the device on both sides, and on CUDA believes the device's own events."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from timing_helpers import FakeClock

from benchkit.measure.stopwatch import WITNESS, EventWatch, Stopwatch, is_possible, stopwatch

CPU = torch.device("cpu")
CUDA = torch.device("cuda:1")

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def recorded(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Callable[[], float]]:
    """Record every synchronisation and every look at the clock, in order."""
    events: list[str] = []
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: events.append(f"synchronise {device}"))
    monkeypatch.setattr(torch.mps, "synchronize", lambda: events.append("synchronise mps"))

    def clock() -> float:
        events.append("clock")
        return float(len(events))

    return events, clock


def with_events(monkeypatch: pytest.MonkeyPatch, events: list[str], *, between_ms: float) -> None:
    """Stand in for CUDA's events and streams: they are written down, and say ``between_ms``."""

    class Event:
        def __init__(self, *, enable_timing: bool) -> None:
            assert enable_timing

        def record(self, stream: str) -> None:
            events.append(f"event on {stream}")

        def elapsed_time(self, end: Event) -> float:
            events.append("elapsed")
            return between_ms

    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: f"stream of {device}")


@pytest.mark.parametrize(
    ("device", "waited"),
    [("cuda:1", ["synchronise cuda:1"]), ("mps", ["synchronise mps"]), ("cpu", [])],
)
def test_the_device_is_waited_for_on_both_sides(
    monkeypatch: pytest.MonkeyPatch, device: str, waited: list[str]
) -> None:
    """The clock is read only after the device has ended what it was given, before and after the block."""
    events, clock = recorded(monkeypatch)
    with Stopwatch(torch.device(device), clock=clock) as watch:
        events.append("work")
    assert events == [*waited, "clock", "work", *waited, "clock"]
    assert watch.seconds > 0.0


def test_a_stopwatch_has_no_time_before_its_end() -> None:
    """A time that is read too early is not a number; afterwards it is the block's."""
    clock = FakeClock()
    with Stopwatch(CPU, clock=clock) as watch:
        clock.now += 2.5
        assert math.isnan(watch.seconds)
    assert watch.seconds == pytest.approx(2.5)


def test_an_error_is_not_hidden_by_a_broken_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an error the device is not waited for, as it may be what broke; the time is known all the same."""
    events, clock = recorded(monkeypatch)
    watch = Stopwatch(torch.device("cuda:0"), clock=clock)
    with pytest.raises(ZeroDivisionError), watch:
        raise ZeroDivisionError
    assert events == ["synchronise cuda:0", "clock", "clock"]
    assert watch.seconds > 0.0


def test_on_cuda_events_lie_around_the_work_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The device is idle before the first event, and the time is read when it has come to the second one."""
    events, clock = recorded(monkeypatch)
    with_events(monkeypatch, events, between_ms=4_500.0)
    with stopwatch(CUDA, clock=clock) as watch:
        events.append("work")
    wait, mark = "synchronise cuda:1", "event on stream of cuda:1"
    assert events == [wait, "clock", mark, "work", mark, wait, "clock", "elapsed"]
    assert watch.seconds == 4.5


def test_after_an_error_the_events_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing more is given to a device that may be broken."""
    events, clock = recorded(monkeypatch)
    with_events(monkeypatch, events, between_ms=1.0)
    with pytest.raises(ZeroDivisionError), EventWatch(CUDA, clock=clock):
        raise ZeroDivisionError
    assert events == ["synchronise cuda:1", "clock", "event on stream of cuda:1", "clock"]


@pytest.mark.parametrize(
    ("wall", "events_ms", "believed"),
    [(0.0105, 10.0, 0.010), (0.0005, 0.01, 0.00001), (0.030, 10.0, 0.030), (0.012, 200.0, math.nan)],
    ids=["the way back from waiting", "a tiny batch", "work on another stream", "longer than the time around it"],
)
def test_what_the_events_miss_the_wall_clock_sees(
    monkeypatch: pytest.MonkeyPatch, wall: float, events_ms: float, believed: float
) -> None:
    """Events are believed but where the wall clock shows that work lay beside them, or that they cannot be true."""
    events, _ = recorded(monkeypatch)
    with_events(monkeypatch, events, between_ms=events_ms)
    clock = FakeClock()
    with stopwatch(CUDA, clock=clock) as watch:
        clock.now += wall
    assert watch.seconds == pytest.approx(believed, nan_ok=True)


@pytest.mark.parametrize("device", ["cpu", "mps"])
def test_elsewhere_the_clock_is_read(device: str) -> None:
    """Events are CUDA's own."""
    assert type(stopwatch(torch.device(device))) is Stopwatch


@given(seconds=st.floats(0.0, 1e6), extra=st.floats(0.0, 1e6))
def test_a_time_within_another_is_possible(seconds: float, extra: float) -> None:
    """Whatever the clock says is possible if what was read around it is longer, or unknown."""
    assert is_possible(seconds, seconds + extra)
    assert is_possible(seconds, math.nan)


@pytest.mark.parametrize(
    ("seconds", "around"),
    [(-1e-9, 1.0), (-1e-9, math.nan), (math.nan, 1.0), (math.inf, math.inf), (1.2, 1.0), (0.1, 0.01)],
)
def test_other_times_are_not(seconds: float, around: float) -> None:
    """Negative, no number, for ever, or longer than what lies around it."""
    assert not is_possible(seconds, around)


@needs_cuda
def test_events_and_the_clock_agree_on_a_real_device() -> None:
    """Ten products of large matrices take as long by the device's events as by the wall clock, within a third."""
    device = torch.device("cuda", torch.cuda.current_device())
    matrix = torch.rand(4096, 4096, device=device)
    for _ in range(3):
        matrix @ matrix
    with stopwatch(device) as watch:
        start = time.perf_counter()
        for _ in range(10):
            matrix @ matrix
        torch.cuda.synchronize(device)
        wall = time.perf_counter() - start
    assert isinstance(watch, EventWatch)
    assert watch.seconds == pytest.approx(wall, rel=0.34)


@needs_cuda
def test_work_on_a_side_stream_counts_on_a_real_device() -> None:
    """A block cannot hide its work from the events on another stream."""
    device = torch.device("cuda", torch.cuda.current_device())
    matrix, side = torch.rand(4096, 4096, device=device), torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    with stopwatch(device) as honest:
        for _ in range(50):
            matrix @ matrix
    with stopwatch(device) as hidden, torch.cuda.stream(side):
        for _ in range(50):
            matrix @ matrix
    assert hidden.seconds > honest.seconds / 2


@pytest.mark.skipif(not hasattr(time, "CLOCK_MONOTONIC_RAW"), reason="the system has one clock")
def test_the_witness_is_another_clock() -> None:
    """One that is not set or slewed with the clock that is read; both run alike when nobody does."""
    before, start, raw = WITNESS(), time.perf_counter(), time.clock_gettime(time.CLOCK_MONOTONIC_RAW)
    assert 0.0 <= raw - before < 1.0
    time.sleep(0.2)
    assert WITNESS() - raw == pytest.approx(time.perf_counter() - start, rel=0.05, abs=0.05)
