"""Everything in this very process: for a debugger, a notebook, and objects that no other process could receive."""

from __future__ import annotations

from collections.abc import Iterator

from benchkit.contract import Dataset, Detector
from benchkit.registry import Offer
from benchkit.runner.agenda import Agenda
from benchkit.runner.bench import Bench
from benchkit.runner.group import with_timing
from benchkit.runner.ledger import Ledger
from benchkit.runner.loaded import Loaded
from benchkit.runner.machine import machine_for
from benchkit.runner.plan import Task
from benchkit.runner.protocol import Prepared, prepare
from benchkit.runner.report import GroupReport
from benchkit.runner.settings import RunSettings


class Inline:
    """The executor of ``--jobs 0``. A plugin that ends the process ends the run; ``--resume`` goes on after it.

    Args:
        dataset: the run's data set.
        settings: the run's settings.
    """

    def __init__(self, dataset: Dataset, settings: RunSettings) -> None:
        self._dataset = dataset
        self._settings = settings
        self._machine = machine_for(settings.device)
        self._ledger = Ledger(self._machine.device)
        self._data: Prepared | None = None
        self._bench: Bench | None = None

    def load(self) -> Loaded:
        """Load the data set."""
        with self._ledger.time("load"):
            self._data = prepare(self._dataset, self._machine.device)
        return Loaded.of(self._data, self._settings, self._machine)

    def reports(self, agenda: Agenda, loaded: Loaded) -> Iterator[GroupReport]:
        """Do one group after another."""
        taken = agenda.take(None)
        while taken is not None:
            bundle, offer = taken
            yield self._report(bundle.task, offer)
            taken = agenda.take(bundle)

    def _report(self, task: Task, offer: Offer[Detector]) -> GroupReport:
        start = self._ledger.clock()
        bench = self._bench_for(task)
        group, outcomes = bench.assess(offer, task.views)
        outcomes = with_timing(outcomes, bench.time(group))
        return GroupReport(outcomes, self._ledger.take(), self._ledger.clock() - start)

    def _bench_for(self, task: Task) -> Bench:
        if self._data is None:
            raise RuntimeError("the executor was asked for a fit before it had loaded its data")
        if self._bench is None or not self._bench.serves(task):
            self._bench = None  # before the next one is laid out: two at once are much memory
            self._bench = Bench(task, self._data, self._settings, self._machine, self._ledger)
        return self._bench

    def close(self) -> None:
        """Let the data go."""
        self._data = self._bench = None
