"""One fit group through a worker: whatever ends the worker becomes typed cells, and the next group goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from benchkit.contract import Detector
from benchkit.registry import Offer, printable
from benchkit.results import Cell, Status
from benchkit.results.repeats import IDENTITY
from benchkit.runner.blank import Frame, cells_of, distribution_of
from benchkit.runner.group import Outcome, with_timing
from benchkit.runner.guard import Verdict, described
from benchkit.runner.isolation.death import Death
from benchkit.runner.isolation.parcel import can_be_sent
from benchkit.runner.isolation.supervisor import Supervisor
from benchkit.runner.isolation.worker import Spent
from benchkit.runner.ledger import book
from benchkit.runner.plan import Task
from benchkit.runner.report import GroupReport, Lost
from benchkit.runner.throughput import Timing

_MOST_LINES, _LONGEST_LINE = 40, 500
"""Of what a group printed; a plugin that reports every step would fill a terminal, or a log, over night."""


@dataclass(frozen=True)
class Assignment:
    """One fit group that is to be done.

    Attributes:
        task: its data, anomalies and views.
        offer: the detector.
        lost: what not to try again.
        frame: what its cells say when the worker can't say anything.
        checksum: of the run's data; a worker that loads others would make numbers of another run.
        together: this task and others that the detector is to be fitted for at once, before; empty for this one alone.
    """

    task: Task
    offer: Offer[Detector]
    lost: Lost
    frame: Frame
    checksum: str
    together: tuple[Task, ...] = ()

    def lean(self) -> Assignment:
        """Return it with nothing in it but what this group needs: what others need may not be sendable."""
        return replace(self, task=self._lean(self.task), together=tuple(map(self._lean, self.together)))

    def _lean(self, task: Task) -> Task:
        views = {name: offer for name, offer in task.views.items() if name == self.offer.item.view}
        return replace(task, detectors=(self.offer,), views=views)


def attempt(assignment: Assignment, supervisor: Supervisor) -> GroupReport:
    """Do one fit group; never raises for what a plugin does."""
    return _Attempt(assignment.lean(), supervisor).report()


class _Attempt:
    def __init__(self, assignment: Assignment, supervisor: Supervisor) -> None:
        self._what = assignment
        self._supervisor = supervisor
        self._lost = Lost()
        self._seconds: dict[str, float] = {}
        self._busy = 0.0
        self._text = ""

    def report(self) -> GroupReport:
        """Try until the group has its cells; each new try leaves out an anomaly that ended the last."""
        if self._what.together:
            self._fit_ahead()
        outcomes: list[Outcome] | None = None
        while outcomes is None:
            outcomes = self._outcomes(self._what.lost.and_also(self._lost))
        self._text += self._supervisor.said()
        if any(outcome.cell.status == "oom" for outcome in outcomes):
            self._supervisor.renew()  # what one group took and kept is not to be missing to the next
        return GroupReport(outcomes, self._seconds, self._busy, self._lost, self._printed())

    def _fit_ahead(self) -> None:
        """Fit for several tasks at once; where that comes to nothing, say so, and let each group try alone."""
        try:
            self._supervisor.prepare(self._what.checksum)
            self._book(self._supervisor.fit_ahead(self._what.together, self._what.offer))
        except Death as death:
            self._mourn(death)
            self._text += f"benchkit: note: fitted one by one: {self._verdict(death)[1]}\n"
        except Exception:  # such as an object that can't be sent; the group has to say it
            self._text += self._supervisor.said()

    def _printed(self) -> str:
        """Return the end of what was printed, under the name of the group; nothing when nothing was."""
        lines = [line[-_LONGEST_LINE:] for line in self._text.splitlines() if not line.startswith("Extension modules:")]
        if not any(line.strip() for line in lines):
            return ""
        heading = f"benchkit: printed by {self._what.offer.item.name} ({self._what.task.title}):"
        return "\n".join([heading, *lines[-_MOST_LINES:]]) + "\n"

    def _outcomes(self, lost: Lost) -> list[Outcome] | None:
        view = self._what.task.views.get(self._what.offer.item.view)
        if view is not None and view.item.name in lost.views:
            return self._nothing(*lost.views[view.item.name])
        task = lost.left_of(self._what.task)
        if not task.anomalies:
            return self._left_out(lost)  # a fit would be for nothing
        try:
            self._supervisor.prepare(self._what.checksum)
            assessed = self._supervisor.assess(task, self._what.offer)
        except Death as death:
            return self._bury(death)
        except Exception as error:  # an object that can't be sent, or data that can't be loaded again
            return self._turn_back(error, task)
        self._book(assessed.spent)
        return [*self._left_out(lost), *self._timed(self._own(assessed.outcomes, task))]

    def _own(self, outcomes: list[Outcome], task: Task) -> list[Outcome]:
        """Return the cells that were asked for; others would take the place of somebody else's."""
        offer, frame = self._what.offer, self._what.frame
        asked = Counter(map(_known_by, cells_of(task, offer, frame, "failed", "")))
        got = Counter(_known_by(each.cell) for each in outcomes)
        if got == asked:
            return outcomes
        reason = printable(
            f"plugin {offer.plugin!r}: detector {offer.item.name!r} ({self._what.task.title}): got cells of "
            f"{list(got - asked)}; expected {list(asked - got)}. A name or a setting is not what it was when the run "
            "was planned: let no plugin change its own fields."
        )
        return [Outcome(cell) for cell in cells_of(task, offer, frame, "failed", reason)]

    def _left_out(self, lost: Lost) -> list[Outcome]:
        """Return the cells of anomalies that nobody can make."""
        return [
            Outcome(cell)
            for name, verdict in lost.anomalies.items()
            for cell in cells_of(self._what.task, self._what.offer, self._what.frame, *verdict)
            if cell.anomaly == name
        ]

    def _turn_back(self, error: Exception, task: Task) -> list[Outcome] | None:
        """Say what could not be done; None when an anomaly is to blame, without which the group is tried again."""
        blamed: dict[str, Verdict] = {
            each.item.name: ("failed", self._could_not(error)) for each in task.anomalies if not can_be_sent(each)
        }
        self._lost = self._lost.and_also(Lost(anomalies=blamed))
        return None if blamed else self._nothing("failed", self._could_not(error))

    def _timed(self, outcomes: list[Outcome]) -> list[Outcome]:
        if not any(outcome.cell.status == "ok" for outcome in outcomes):
            return outcomes
        try:
            timing, spent = self._supervisor.time()
        except Death as death:
            seconds = (outcomes[-1].cell.group_seconds or 0.0) + self._mourn(death)
            return with_timing(outcomes, Timing({"group_seconds": seconds}, self._verdict(death)))
        except Exception as error:  # such as a plugin's own KeyboardInterrupt
            return with_timing(outcomes, Timing({}, ("failed", self._could_not(error))))
        self._book(spent)
        return with_timing(outcomes, timing)

    def _bury(self, death: Death) -> list[Outcome] | None:
        """Say what ended; None when it was an anomaly's generator, without which the group is tried again."""
        self._mourn(death)
        stage = death.stage
        if stage.kind == "generate" and stage.of in {each.item.name for each in self._what.task.anomalies}:
            verdict = (death.status, death.reason(f"anomaly {stage.of!r} ({self._what.task.title})"))
            self._lost = self._lost.and_also(Lost(anomalies={stage.of: verdict}))
            return None
        if stage.kind == "view" and stage.of:  # while it was trained, where no detector had a part in it
            verdict = (death.status, death.reason(f"view {stage.of!r} ({self._what.task.title})"))
            self._lost = self._lost.and_also(Lost(views={stage.of: verdict}))
            return self._nothing(*verdict, seconds=death.seconds)
        return self._nothing(*self._verdict(death), seconds=death.seconds)

    def _mourn(self, death: Death) -> float:
        self._text += death.text
        self._busy += death.seconds
        book(self._seconds, {death.stage.kind or "start": death.seconds})
        return death.seconds

    def _verdict(self, death: Death) -> Verdict:
        offer = self._what.offer
        origin = distribution_of(offer)
        who = f"plugin {offer.plugin!r} ({origin})" if origin else f"plugin {offer.plugin!r}"
        return death.status, death.reason(f"{who}: detector {offer.item.name!r} ({self._what.task.title})")

    def _could_not(self, error: Exception) -> str:
        return (
            f"{self._what.offer.item.name} ({self._what.task.title}): a worker process could not do it: "
            f"{described(error)}. Repeat with --jobs 0 (or --in-process)."
        )

    def _nothing(self, status: Status, reason: str, *, seconds: float | None = None) -> list[Outcome]:
        cells = cells_of(self._what.task, self._what.offer, self._what.frame, status, reason)
        return [Outcome(replace(cell, group_seconds=seconds)) for cell in cells]

    def _book(self, spent: Spent) -> None:
        book(self._seconds, spent.seconds)
        self._busy += spent.busy


def _known_by(cell: Cell) -> tuple[object, ...]:
    return tuple(getattr(cell, name) for name in IDENTITY)
