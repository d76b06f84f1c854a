"""The benches of a worker: those of the tasks that one detector after the other goes round are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchkit.contract import Detector
from benchkit.registry import Offer
from benchkit.runner.ahead import fit_ahead, stacks
from benchkit.runner.bench import Bench
from benchkit.runner.ledger import Ledger
from benchkit.runner.machine import Machine
from benchkit.runner.memory import shelf_for
from benchkit.runner.plan import Task
from benchkit.runner.protocol import Prepared
from benchkit.runner.settings import RunSettings

MOST = 32
"""Benches that are kept; the one that was used least recently goes first."""


class Benches:
    """Lays out a bench for each task and keeps it.

    Args:
        data: the tasks' data set, cut by the protocol.
        settings: the run's settings.
        machine: device and what is recorded of it.
        ledger: takes the seconds.

    Raises:
        UsageError: the memory that the settings allow is too little, or more than there is.
    """

    def __init__(self, data: Prepared, settings: RunSettings, machine: Machine, ledger: Ledger) -> None:
        self._data, self._settings, self._machine, self._ledger = data, settings, machine, ledger
        self._shelf = shelf_for(data, settings, machine)
        self._kept: list[Bench] = []

    def of(self, task: Task) -> Bench:
        """Return the task's bench."""
        found = next((bench for bench in self._kept if bench.serves(task)), None)
        if found is None:
            del self._kept[: len(self._kept) + 1 - MOST]  # before the next one is laid out
            found = Bench(task, self._data, self._settings, self._machine, self._ledger, self._shelf)
        else:
            self._kept.remove(found)
        self._kept.append(found)
        return found

    def fit_ahead(self, tasks: Sequence[Task], offer: Offer[Detector]) -> None:
        """Fit a detector, and the view that it looks at, for several tasks at once where they offer to.

        What comes of it waits in the benches; where nothing comes of it, each group fits for itself.
        """
        if not self._stacks(tasks[0].views.get(offer.item.view), offer):
            return
        for some in (tasks[start : start + MOST] for start in range(0, len(tasks), MOST)):
            fit_ahead([self.of(task) for task in some], [task.views for task in some], offer, self._ledger)

    def _stacks(self, *offers: Offer[Any] | None) -> bool:
        return any(offer is not None and stacks(offer, self._machine.device) for offer in offers)
