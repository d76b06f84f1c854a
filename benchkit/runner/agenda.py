"""Who does which fit group next: groups that share a view stay together, and nobody idles while work is left."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from benchkit.contract import Detector
from benchkit.registry import Offer
from benchkit.runner.plan import Task
from benchkit.runner.report import Lost


@dataclass(eq=False)
class Bundle:
    """Fit groups of one task whose detectors look at views of one plugin object: whoever trained it has it.

    Attributes:
        task: the bundle's task, without its detectors: each is sent to a worker alone, and one that can't be sent
            costs nobody else.
        waiting: detectors that nobody has begun.
    """

    task: Task
    waiting: deque[Offer[Detector]] = field(default_factory=deque)


class Agenda:
    """The fit groups of a run, handed out one by one; safe to share among threads.

    Args:
        tasks: the plan's tasks, in order.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._fresh = deque(bundle for task in tasks for bundle in _bundles(task))
        self._begun: list[Bundle] = []
        self._lost: dict[tuple[object, ...], Lost] = {}
        self._lock = threading.Lock()
        self._closed = False

    def take(self, last: Bundle | None) -> tuple[Bundle, Offer[Detector]] | None:
        """Return the next group: of the bundle that the worker did last, else a new one, else somebody else's.

        Args:
            last: the bundle whose views the worker holds; None for a new worker.

        Returns:
            The group's bundle and detector; None when nothing is left, or the agenda was closed.
        """
        with self._lock:
            bundle = None if self._closed else self._choose(last)
            if bundle is None:
                return None
            return bundle, bundle.waiting.popleft()

    def _choose(self, last: Bundle | None) -> Bundle | None:
        if last is not None and last.waiting:
            return last
        self._begun = [bundle for bundle in self._begun if bundle.waiting]
        if self._fresh:
            self._begun.append(self._fresh.popleft())
            return self._begun[-1]
        return max(self._begun, key=lambda bundle: len(bundle.waiting), default=None)

    def close(self) -> None:
        """Hand out nothing any more."""
        with self._lock:
            self._closed = True

    @property
    def cells_left(self) -> int:
        """How many cells belong to groups that nobody has begun."""
        with self._lock:
            return sum(len(each.waiting) * len(each.task.anomalies) for each in (*self._fresh, *self._begun))

    def learn(self, task: Task, lost: Lost) -> None:
        """Remember what ends a worker, for all groups that meet it."""
        if lost.views or lost.anomalies:
            with self._lock:
                self._lost[_basis(task)] = self._lost.get(_basis(task), Lost()).and_also(lost)

    def lost(self, task: Task) -> Lost:
        """Return what is known to end a worker that does this task."""
        with self._lock:
            return self._lost.get(_basis(task), Lost())


def _bundles(task: Task) -> list[Bundle]:
    by_view: dict[object, Bundle] = {}
    for offer in task.detectors:
        view = task.views.get(offer.item.view)
        key = ("offered", view.item.name) if view is not None else ("missing", offer.item.view)
        by_view.setdefault(key, Bundle(replace(task, detectors=()))).waiting.append(offer)
    return list(by_view.values())


def _basis(task: Task) -> tuple[object, ...]:
    """What a view or an anomaly of a plan depends on: not the detectors, nor which anomalies are still to be done."""
    return task.normal_labels, task.seed
