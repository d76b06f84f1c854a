"""A clock that only the timed call moves, for tests of timing."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from benchkit.measure import timing


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


def numbered(images: int) -> Tensor:
    """Return images that are their own numbers."""
    return torch.arange(float(images)).reshape(images, 1)


def timed(
    seconds: Sequence[float],
    *,
    images: int = 10,
    batch_size: int = 5,
    budget: float = 1.0,
    noise: float = 0.0,
    repeat_images: bool = False,
) -> tuple[timing.Throughput, FakeCall]:
    """Measure a call of these durations on images that are their own numbers."""
    clock = FakeClock()
    call = FakeCall(clock, seconds)
    measured = timing.measure(
        call, numbered(images), batch_size=batch_size, budget_seconds=budget, noise=noise,
        repeat_images=repeat_images, clock=clock, witness=clock,
    )  # fmt: skip
    return measured, call


def steps(values: Iterable[float]) -> FakeClock:
    """Return a clock that shows these times one after the other, and the last one for ever."""
    shown = itertools.chain(values)

    class Stepping(FakeClock):
        def __call__(self) -> float:
            self.now = next(shown, self.now)
            return self.now

    return Stepping()
