"""Clocks that jump: what cannot be true is measured again, and nothing goes on for ever."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import torch
from timing_helpers import FakeCall, FakeClock, numbered, steps

from benchkit.errors import TimingError
from benchkit.measure import rounds
from benchkit.measure.batches import Batches
from benchkit.measure.rounds import Allowance, Clocks, Round, warm_up

CPU = torch.device("cpu")


def round_of(clock: Callable[[], float], witness: Callable[[], float] | None = None) -> Round:
    """Return a round of a call that takes no time of its own, beside a witness that saw a second each time."""
    seconds = itertools.count()
    clocks = Clocks(clock, witness or (lambda: float(next(seconds))))
    return Round(lambda images: images, Batches(numbered(4), 2), CPU, clocks)


def test_a_clock_that_runs_backwards_is_read_again() -> None:
    """The negative interval is dropped and counted; the next one is the batch's."""
    batch = round_of(steps([5.0, 4.0, 4.0, 4.25]))
    assert (batch.seconds(), batch.jumps) == (0.25, 1)


def test_a_clock_that_leaps_ahead_is_caught_by_its_witness() -> None:
    """An hour within a second is dropped; a longer time around a short one is not: the process may have waited."""
    batch = round_of(steps([0.0, 3600.0, 3600.0, 3600.5]))
    assert (batch.seconds(), batch.jumps) == (0.5, 1)


def test_a_clock_that_always_jumps_ends() -> None:
    """After a hundred impossible intervals it is given up, and the message says what the clock did."""
    moments = itertools.count(0, -1)
    batch = round_of(lambda: float(next(moments)))
    with pytest.raises(TimingError, match=r"jumped 101 times, the last by -1 s; expected one that only ever runs"):
        batch.seconds()
    assert batch.jumps == rounds.MOST_JUMPS + 1


def test_a_clock_that_stands_still_ends() -> None:
    """Batches that take no time at all are possible one by one, and not ten thousand times in succession."""
    batch = round_of(lambda: 7.0)
    taken = [batch.seconds() for _ in range(rounds.MOST_STILL)]
    assert set(taken) == {1e-9}
    with pytest.raises(TimingError, match="stood still"):
        batch.seconds()
    assert batch.jumps == 1


def test_a_budget_is_not_given_back() -> None:
    """A clock that jumps back leaves spent what was spent; one that goes on spends more."""
    clock = FakeClock()
    allowance = Allowance(10.0, clock)
    for step in (4.0, -50.0, 3.0, -50.0, 2.0):
        clock.now += step
        assert allowance.left()
    assert allowance.spent() == pytest.approx(9.0)
    assert not allowance.left(0.5)
    clock.now += 1.0
    assert not allowance.left()


def test_what_another_has_spent_is_forgiven() -> None:
    """The other's turn is on nobody's budget."""
    clock = FakeClock()
    allowance = Allowance(2.0, clock)
    clock.now += 5.0
    allowance.forgive(4.0)
    assert allowance.spent() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("seconds", "calls"),
    [([1.0], 3), ([5.0, 1.0], 4), ([2.0, 1.0, 0.5, 0.25, 0.25], 6), ([1.0, 1.05, 0.97], 3)],
    ids=["steady at once", "a slow first call", "ever faster", "within a tenth"],
)
def test_a_warm_up_goes_on_until_three_calls_agree(seconds: list[float], calls: int) -> None:
    """Two calls that agree by chance while the device is still speeding up do not end it."""
    clock = FakeClock()
    call = FakeCall(clock, seconds)
    with torch.no_grad():
        warm_up(Round(call, Batches(numbered(4), 2), CPU, Clocks(clock, clock)), Allowance(100.0, clock), 0.25)
    assert len(call.batches) == calls
