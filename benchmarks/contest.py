"""Contestants that are timed in turns: a round of each, then the next round of each.

On a machine whose speed drifts from minute to minute, two medians are comparable only where they were taken at the same
time. So every contestant of a group is run once a round, whatever the order of the tests, and pytest-benchmark then
gets the seconds that were measured: its timer is ``replayed``.
"""

from __future__ import annotations

import contextlib
import gc
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from benchkit.measure.hardware import device_title
from benchkit.measure.stopwatch import Clock, Stopwatch

PAUSE = 0.1
"""Seconds before each contestant: the threads of another framework go to sleep before the next one is timed."""

Comparison = tuple[str, float]
"""``>=`` or ``<=``, and a number."""


@dataclass(frozen=True)
class Contestant:
    """One way to do the work.

    Attributes:
        call: does it once. A float that it returns is taken for its seconds, in the place of those of the clock.
        what: one sentence for the reader of the table.
        against: whose seconds its own are divided by; empty: nobody's.
        aim: what that ratio should be.
        share_of: contestants of which the fastest is a bound; this one's share of it is told too.
        share_aim: what that share should be.
        rounds: how many it takes part in, when not in all.
        warm_up: whether it is called once before the first round.
        threads: of torch while it runs; None: as many as torch has.
        notes: what else the table's reader may want, JSON types only.
    """

    call: Callable[[], object]
    what: str
    against: str = ""
    aim: Comparison | None = None
    share_of: tuple[str, ...] = ()
    share_aim: Comparison | None = None
    rounds: int | None = None
    warm_up: bool = True
    threads: int | None = None
    notes: Mapping[str, Any] | None = None


class Contest:
    """Runs its contestants when the first result is asked for.

    Args:
        contestants: each by the title of its row.
        rounds: how many; at least one.
        device: waited for before the clock is read.
        calls: of a contestant in each of its rounds, which then takes their mean; of more than one, another goes
            before that is not timed, since the contestant before has taken the caches.
        keep: whether what a contestant returned last is wanted.
        clock: seconds from any fixed moment.
        pause: seconds before each contestant.
    """

    def __init__(
        self, contestants: Mapping[str, Contestant], *, rounds: int, device: torch.device, calls: int = 1,
        keep: bool = False, clock: Clock = time.perf_counter, pause: float = PAUSE,
    ) -> None:  # fmt: skip
        self._contestants, self._rounds, self._calls, self._pause = contestants, rounds, calls, pause
        self._keep = keep
        self._results: dict[str, object] = {}
        self._device, self._clock = device, clock
        self._seconds: dict[str, list[float]] = {}
        self._failures: dict[str, BaseException] = {}

    def seconds(self, name: str) -> Sequence[float]:
        """Return the seconds of a contestant's rounds.

        Raises:
            BaseException: whatever the contestant itself raised; the others go on without it.
        """
        if not self._seconds:
            self._run()
        if name in self._failures:
            raise self._failures[name]
        return self._seconds[name]

    def result(self, name: str) -> Any:
        """Return what a contestant returned last, where that is kept."""
        self.seconds(name)
        return self._results[name]

    def report(self, benchmark: BenchmarkFixture, name: str) -> None:
        """Hand a contestant's rounds to pytest-benchmark, with its ratios."""
        contestant = self._contestants[name]
        report(benchmark, self.seconds(name), row=name, what=contestant.what, device=self._device, **self._told(name))

    def ratio(self, name: str, against: str) -> tuple[float, float, float]:
        """Return the ratio of the median seconds, and the lowest and the highest of the single rounds' ratios."""
        pairs = list(zip(self.seconds(name), self.seconds(against), strict=False))  # rounds that both took part in
        ratios = [one / other for one, other in pairs]
        return median(one for one, _ in pairs) / median(other for _, other in pairs), min(ratios), max(ratios)

    def _run(self) -> None:
        self._seconds = {name: [] for name in self._contestants}
        for name, contestant in self._contestants.items():
            if contestant.warm_up:
                self._attempt(name, keep=False)
        for number in range(self._rounds):
            gc.collect()
            for name, contestant in self._contestants.items():
                if name not in self._failures and (contestant.rounds is None or number < contestant.rounds):
                    self._attempt(name, keep=True)

    def _attempt(self, name: str, *, keep: bool) -> None:
        contestant = self._contestants[name]
        time.sleep(self._pause)
        try:
            with torch_threads(contestant.threads):
                seconds, result = self._timed(contestant.call)
        except Exception as error:
            traceback.print_exc()
            self._failures[name] = error
            return
        if keep:
            self._seconds[name].append(seconds)
            self._results |= {name: result} if self._keep else {}

    def _timed(self, call: Callable[[], object]) -> tuple[float, object]:
        if self._calls > 1:
            call()
        with Stopwatch(self._device, clock=self._clock) as watch:
            for _ in range(self._calls):
                result = call()
        return result if isinstance(result, float) else watch.seconds / self._calls, result

    def _told(self, name: str) -> dict[str, Any]:
        contestant = self._contestants[name]
        told: dict[str, Any] = {"threads": contestant.threads or torch.get_num_threads(), **(contestant.notes or {})}
        if contestant.against:
            ratio, low, high = self.ratio(name, contestant.against)
            told |= {"against": contestant.against, "ratio": ratio, "ratio_low": low, "ratio_high": high}
            told |= _aim("ratio", contestant.aim)
        if contestant.share_of:
            fastest = min(contestant.share_of, key=lambda bound: self.ratio(bound, name)[0])
            told |= {"share": self.ratio(fastest, name)[0], "share_of": fastest}
            told |= _aim("share", contestant.share_aim)
        return told


def report(
    benchmark: BenchmarkFixture, seconds: Sequence[float], *, row: str, what: str, device: torch.device, **told: Any
) -> None:
    """Hand seconds that were measured elsewhere to pytest-benchmark.

    Args:
        benchmark: of a test whose timer is ``replayed``.
        seconds: of each round.
        row: title of the row.
        what: one sentence on it.
        device: what was computed on.
        told: kept beside the result.
    """
    about = {"row": row, "what": what, "device": str(device), "device_name": device_title(device)}
    benchmark.extra_info.update(about | told)
    _QUEUE.clear()
    for each in seconds:
        _QUEUE.extend((0.0, each))
    benchmark.pedantic(_nothing, rounds=len(seconds))
    if benchmark.enabled and _QUEUE:
        raise RuntimeError(f"{benchmark.name}: its clock is not the replayed one; mark the test with in_turns(GROUP).")


def replayed() -> float:
    """Return the next reading of the clock: a round begins at 0 and ends at its seconds."""
    return _QUEUE.popleft()


def in_turns(group: str) -> pytest.MarkDecorator:
    """Return the mark of a contest's test: its group, and the clock that replays."""
    return pytest.mark.benchmark(group=group, timer=replayed)


_QUEUE: deque[float] = deque()


def _nothing() -> None:
    """What pytest-benchmark calls between two readings of the replayed clock."""


def _aim(of: str, aim: Comparison | None) -> dict[str, Any]:
    return {} if aim is None else {"aim": {"of": of, "at": aim[0], "value": aim[1]}}


@contextlib.contextmanager
def torch_threads(count: int | None) -> Iterator[None]:
    """Let torch use so many threads inside; None leaves them as they are."""
    found = torch.get_num_threads()
    torch.set_num_threads(count or found)
    try:
        yield
    finally:
        torch.set_num_threads(found)
