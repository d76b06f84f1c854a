"""When ceilings are measured, and when again."""

from __future__ import annotations

from types import TracebackType

import torch

from benchkit.measure.ceilings import Ceilings
from benchkit.measure.disturbance import Disturbance
from benchkit.measure.known_ceilings import MOST_TRIES, KnownCeilings

CPU = torch.device("cpu")


class Calm(Disturbance):
    """A machine on which nobody else works."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.words = set()


class Busy(Calm):
    """One on which others work, at the first measurement and the second."""

    seen = 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        Busy.seen += 1
        self.words = {"busy"} if Busy.seen < 3 else set()


class Measured:
    """Stands in the place of the measurement: what it finds, one after the other."""

    def __init__(self, *found: Ceilings | Exception) -> None:
        self.budgets: list[float] = []
        self._found = iter(found)

    def __call__(self, device: torch.device, *, budget_seconds: float) -> Ceilings:
        """Return, or raise, the next."""
        self.budgets.append(budget_seconds)
        found = next(self._found)
        if isinstance(found, Exception):
            raise found
        return found


def test_the_ceilings_are_measured_once_and_kept() -> None:
    """A process that times a thousand detectors spends the third of a second once."""
    measure = Measured(Ceilings(5.0, 7.0))
    known = KnownCeilings(CPU, measure=measure, watch=Calm)
    assert [known.get(budget_seconds=0.3) for _ in range(3)] == [Ceilings(5.0, 7.0)] * 3
    assert measure.budgets == [0.3]


def test_of_several_measurements_the_best_of_each_counts() -> None:
    """Ceilings only rise, and are measured a few times at the most."""
    measure = Measured(*(Ceilings(float(number), 10.0 - number) for number in range(1, 9)))
    known = KnownCeilings(CPU, measure=measure, watch=Calm)
    for _ in range(8):
        found = known.again(budget_seconds=0.1)
    assert len(measure.budgets) == MOST_TRIES
    assert found == known.get(budget_seconds=0.1) == Ceilings(float(MOST_TRIES), 9.0)


def test_what_cannot_be_measured_is_unknown() -> None:
    """No memory left for it is no fault of a detector; a later measurement may find it."""
    known = KnownCeilings(
        CPU, measure=Measured(RuntimeError("no memory"), MemoryError(), Ceilings(1.0, 2.0)), watch=Calm
    )
    assert known.get(budget_seconds=0.1) is None
    assert known.get(budget_seconds=0.1) is None
    assert known.again(budget_seconds=0.1) is None
    assert known.again(budget_seconds=0.1) == Ceilings(1.0, 2.0)


def test_what_was_disturbed_is_measured_again_when_it_is_next_asked_for() -> None:
    """Until nothing disturbs it; then it is kept."""
    measure = Measured(*(Ceilings(float(number), 1.0) for number in range(1, 9)))
    known = KnownCeilings(CPU, measure=measure, watch=Busy)
    found = [known.get(budget_seconds=0.3) for _ in range(6)]
    assert [each.product_flop_per_second for each in found if each] == [1.0, 2.0, 3.0, 3.0, 3.0, 3.0]
    assert len(measure.budgets) == 3


def test_the_real_machine_is_measured() -> None:
    """Without anything put in its place."""
    known = KnownCeilings(CPU)
    assert known.best is None
    found = known.get(budget_seconds=0.02)
    assert found is not None
    assert found.product_flop_per_second > 1e7
    assert known.best == found
