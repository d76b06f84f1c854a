"""Everything in this very process: for a debugger, a notebook, and objects that no other process could receive."""

from __future__ import annotations

from collections.abc import Iterator

from benchkit.contract import Dataset
from benchkit.runner.agenda import Agenda, Turn
from benchkit.runner.benches import Benches
from benchkit.runner.group import with_timing
from benchkit.runner.ledger import Ledger
from benchkit.runner.loaded import Loaded
from benchkit.runner.machine import machine_for
from benchkit.runner.memory import levels_room
from benchkit.runner.protocol import prepare
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
        self._benches: Benches | None = None

    def load(self) -> Loaded:
        """Load the data set."""
        with self._ledger.time("load"):
            room = levels_room(self._settings, self._machine)
            data = prepare(self._dataset, self._machine.device, room=room)
        self._benches = Benches(data, self._settings, self._machine, self._ledger)
        return Loaded.of(data, self._settings, self._machine)

    def reports(self, agenda: Agenda, loaded: Loaded) -> Iterator[GroupReport]:
        """Do one group after another."""
        turn = agenda.take(None)
        while turn is not None:
            report = self._report(turn)
            agenda.learn(turn, report)
            yield report
            turn = agenda.take(turn)

    def _report(self, turn: Turn) -> GroupReport:
        if self._benches is None:
            raise RuntimeError("the executor was asked for a fit before it had loaded its data")
        start = self._ledger.clock()
        if turn.together:
            self._benches.fit_ahead(turn.together, turn.offer)
        bench = self._benches.of(turn.task)
        group, outcomes = bench.assess(turn.offer, turn.task.views)
        outcomes = with_timing(outcomes, bench.time(group))
        return GroupReport(outcomes, self._ledger.take(), self._ledger.clock() - start)

    def close(self) -> None:
        """Let the data go."""
        self._benches = None
