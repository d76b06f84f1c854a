"""The computation that tells how fast the machine itself is."""

from __future__ import annotations

import torch

from benchkit.measure.reference import Reference


class Ticking:
    """A clock whose intervals come from a list, over and over."""

    def __init__(self, *intervals: float) -> None:
        self._now, self._calls, self._intervals = 0.0, 0, intervals

    def __call__(self) -> float:
        """Return the time; every second call is one interval later than the call before."""
        if self._calls % 2:
            self._now += self._intervals[self._calls // 2 % len(self._intervals)]
        self._calls += 1
        return self._now


def test_it_is_the_geometric_mean_of_the_shorter_of_two() -> None:
    """Of three parts timed twice each, an interruption of one of the two does not count."""
    clock = Ticking(0.002, 9.0, 9.0, 0.004, 0.008, 0.008)
    assert Reference(torch.device("cpu"), clock=clock).seconds() == 0.004


def test_it_is_always_more_than_nothing() -> None:
    """A clock too coarse to see it gives a time that can be divided by."""
    assert Reference(torch.device("cpu"), clock=Ticking(0.0)).seconds() > 0


def test_it_takes_nobody_elses_random_numbers() -> None:
    """A detector that is seeded draws the same numbers whether or not the reference was timed before."""
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    Reference(torch.device("cpu")).seconds()
    assert torch.equal(torch.rand(3), expected)


def test_a_reading_takes_milliseconds_of_real_time() -> None:
    """It is a computation and not a constant: the real clock says more than a microsecond and less than a second."""
    assert 1e-6 < Reference(torch.device("cpu")).seconds() < 1.0
