"""Who does which fit group next: groups that share a view stay together, and nobody idles while work is left."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from benchkit.contract import Detector, View
from benchkit.registry import Offer
from benchkit.runner.plan import Task
from benchkit.runner.report import GroupReport, Lost


@dataclass(eq=False)
class Series:
    """One detector on tasks that wait for it; with several, its networks may be trained together.

    Attributes:
        offer: the detector.
        waiting: the tasks, without detectors: each is sent alone, and one that can't be sent costs nobody else.
        shared: whether a worker may take one away from whoever began: they are trained one by one anyway.
    """

    offer: Offer[Detector]
    waiting: deque[Task] = field(default_factory=deque)
    shared: bool = False


@dataclass(eq=False)
class Bundle:
    """Series on the same tasks whose detectors look at views of one plugin object: whoever trained it has it.

    Attributes:
        key: tells bundles apart.
        waiting: series that nobody has begun.
    """

    key: str
    waiting: dict[str, Series] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Turn:
    """One fit group, handed out.

    Attributes:
        bundle: where it came from.
        series: where in it.
        task: its task, without detectors.
        together: at the beginning of a series of several, all its tasks, to be fitted at once where that can be done.
    """

    bundle: Bundle
    series: Series
    task: Task
    together: tuple[Task, ...] = ()

    @property
    def offer(self) -> Offer[Detector]:
        """The detector."""
        return self.series.offer

    @property
    def title(self) -> str:
        """What the group is called while it is at work: ``conv-ae, classes 1-9``."""
        return f"{self.offer.item.name}, {self.task.classes}"


class Agenda:
    """The fit groups of a run, handed out one by one; safe to share among threads.

    Args:
        tasks: the plan's tasks, in order.
        workers: among how many the tasks of one detector are shared out; 0 keeps each task for itself.
        watch: told what is at work, whenever that changes; called by whoever takes a group or brings one back.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        workers: int = 1,
        watch: Callable[[list[str]], object] = lambda titles: None,
    ) -> None:
        self._fresh = deque(_bundles(tasks, workers))
        self._begun: list[Bundle] = []
        self._held: list[Series] = []
        self._lost: dict[tuple[object, ...], Lost] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._watch = watch
        self._at_work: list[Turn] = []

    def take(self, last: Turn | None) -> Turn | None:
        """Return the next group: of the series that the worker did last, of its bundle, a new one, somebody else's.

        Args:
            last: what the worker did last, whose views it holds; None for a new worker.

        Returns:
            None when nothing is left, or the agenda was closed.
        """
        with self._lock:
            turn = None if self._closed else self._next(last)
            if turn is not None:
                self._at_work.append(turn)
        self._tell()
        return turn

    def _next(self, last: Turn | None) -> Turn | None:
        if last is not None and last.series.waiting:
            return Turn(last.bundle, last.series, last.series.waiting.popleft())
        return self._begin(last.bundle if last else None) or self._help()

    def _tell(self) -> None:
        self._watch([turn.title for turn in self._at_work])

    def _begin(self, last: Bundle | None) -> Turn | None:
        """Begin a series."""
        bundle = self._choose(last)
        if bundle is None:
            return None
        series = bundle.waiting.pop(next(iter(bundle.waiting)))
        together = tuple(series.waiting) if len(series.waiting) > 1 else ()
        self._held = [*(each for each in self._held if each.waiting), series]
        return Turn(bundle, series, series.waiting.popleft(), together)

    def _choose(self, last: Bundle | None) -> Bundle | None:
        if last is not None and last.waiting:
            return last
        self._begun = [bundle for bundle in self._begun if bundle.waiting]
        if self._fresh:
            self._begun.append(self._fresh.popleft())
            return self._begun[-1]
        return max(self._begun, key=lambda bundle: len(bundle.waiting), default=None)

    def _help(self) -> Turn | None:
        """Take the last task of the longest series that is done one by one."""
        series = max((each for each in self._held if each.shared), key=lambda each: len(each.waiting), default=None)
        if series is None or not series.waiting:
            return None
        return Turn(Bundle("help"), Series(series.offer), series.waiting.pop())

    def close(self) -> None:
        """Hand out nothing any more."""
        with self._lock:
            self._closed = True

    @property
    def cells_left(self) -> int:
        """How many cells belong to groups that nobody has begun."""
        with self._lock:
            return sum(len(task.anomalies) for series in self._all_series() for task in series.waiting)

    def _all_series(self) -> Iterator[Series]:
        yield from self._held
        for bundle in (*self._fresh, *self._begun):
            yield from bundle.waiting.values()

    def learn(self, turn: Turn, report: GroupReport) -> None:
        """Remember what ends a worker, for all groups that meet it, and whether the series was fitted at once."""
        lost = report.lost
        with self._lock:
            self._at_work = [each for each in self._at_work if each is not turn]
            if lost.views or lost.anomalies:
                self._lost[_basis(turn.task)] = self._lost.get(_basis(turn.task), Lost()).and_also(lost)
            if not any((outcome.cell.fit_together or 1) > 1 for outcome in report.outcomes):
                turn.series.shared = True
        self._tell()

    def lost(self, task: Task) -> Lost:
        """Return what is known to end a worker that does this task."""
        with self._lock:
            return self._lost.get(_basis(task), Lost())


def _bundles(tasks: Sequence[Task], workers: int) -> list[Bundle]:
    bundles: dict[Hashable, Bundle] = {}
    for number, task in enumerate(tasks):
        # So many neighbouring tasks as leave every worker some.
        share = number // -(-len(tasks) // workers) if workers else number
        for offer in task.detectors:
            view = task.views.get(offer.item.view)
            seen = ("offered", view.item.name) if view is not None else ("missing", offer.item.view)
            place = ("share", share) if workers and trains_many(offer, view) else ("task", number)
            bundle = bundles.setdefault((*place, *seen), Bundle(f"{task.title} {seen[1]}"))
            series = bundle.waiting.setdefault(offer.item.name, Series(offer))
            series.waiting.append(replace(task, detectors=()))
    return list(bundles.values())


def trains_many(offer: Offer[Detector], view: Offer[View] | None) -> bool:
    """Return whether a detector, or the view that it looks at, says how many networks are trained together."""
    of_view = view is not None and type(view.item).fit_many is not View.fit_many
    return of_view or type(offer.item).fit_many is not Detector.fit_many


def _basis(task: Task) -> tuple[object, ...]:
    """What a view or an anomaly of a plan depends on: not the detectors, nor which anomalies are still to be done."""
    return task.normal_labels, task.seed
