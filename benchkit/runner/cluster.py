"""The same plan on a Dask cluster: one on this machine, or any whose scheduler can be reached."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchkit import __version__
from benchkit.contract import Dataset
from benchkit.errors import BenchkitError, UsageError
from benchkit.results import Status
from benchkit.runner.agenda import Agenda, Turn
from benchkit.runner.blank import cells_of
from benchkit.runner.group import Outcome
from benchkit.runner.guard import described
from benchkit.runner.isolation.attempt import Assignment
from benchkit.runner.isolation.crew import assignment_of
from benchkit.runner.isolation.parcel import Parcel, can_be_sent
from benchkit.runner.isolation.worker import Start
from benchkit.runner.loaded import Loaded
from benchkit.runner.report import GroupReport
from benchkit.runner.settings import RunSettings

try:
    import distributed

    from benchkit.runner.isolation.station import Answer, Station, attempt_there, load_there
except ImportError as error:
    raise UsageError(
        f"--executor dask: got no Dask ({error}); expected the extra that brings it. Install it with: "
        "pip install 'benchkit[dask]'."
    ) from error

_PATIENCE = 5.0
"""Seconds in which a scheduler has to answer."""


@dataclass(frozen=True)
class _Flight:
    """A fit group that a Dask worker does, or is going to do.

    Attributes:
        turn: as it was handed out.
        assignment: what was sent.
        left_out: cells that could not be sent with it.
    """

    turn: Turn
    assignment: Assignment
    left_out: list[Outcome]


class Cluster:
    """The executor of ``--executor dask`` and ``--executor dask://HOST:PORT``.

    Each thread of a Dask worker does one fit group at a time, in a sandbox of its own with one thread; the groups of
    a bundle go to the worker that has their views, or elsewhere when it is lost.

    Args:
        dataset: the run's data set; workers load it themselves.
        settings: the run's settings; ``jobs`` says how many workers a cluster on this machine gets.
        plugin_files: plugin files, which have to lie at the same path on every machine.
    """

    def __init__(self, dataset: Dataset, settings: RunSettings, plugin_files: tuple[Path, ...]) -> None:
        self._dataset = dataset
        self._address = settings.executor.removeprefix("dask").removeprefix("://")
        self._stack = contextlib.ExitStack()
        self._client = self._connect(settings)
        self._stack.callback(self._client.close)
        self._token = secrets.token_hex(8)
        self._station = Station(self._token, Start(settings, plugin_files, 1), __version__)
        self._flying: dict[Any, _Flight] = {}
        self._unsent: list[GroupReport] = []

    def _connect(self, settings: RunSettings) -> distributed.Client:
        if not self._address:
            local = distributed.LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=max(1, settings.jobs), threads_per_worker=1, dashboard_address=None, memory_limit=0
            )
            return distributed.Client(self._stack.enter_context(local))  # type: ignore[no-untyped-call]
        try:
            return distributed.Client(f"tcp://{self._address}", timeout=_PATIENCE)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            raise UsageError(
                f"--executor dask://{self._address}: got no answer from a scheduler within {_PATIENCE:g} s "
                f"({type(error).__name__}: {error}); expected the address that `dask scheduler` printed. Check host "
                "and port, and that the scheduler runs."
            ) from error

    def load(self) -> Loaded:
        """Make the workers ready, and let one of them load the data set."""
        with self._said_clearly():
            self._client.register_plugin(self._station)
            if not self._client.nthreads():  # type: ignore[no-untyped-call]
                raise UsageError(
                    f"--executor {self._name}: got a scheduler without workers; expected at least one. Start one with: "
                    "dask worker HOST:PORT."
                )
            future = self._client.submit(load_there, self._token, Parcel.of(self._dataset), pure=False)
            loaded: Loaded = future.result()
        return loaded

    @property
    def _name(self) -> str:
        return f"dask://{self._address}" if self._address else "dask"

    @contextlib.contextmanager
    def _said_clearly(self) -> Iterator[None]:
        try:
            yield
        except BenchkitError:
            raise
        except Exception as error:
            raise BenchkitError(
                f"--executor {self._name}: got {described(error)}; expected a cluster that does what it is asked for. "
                "Look at the log of its workers; what the run had stored is kept."
            ) from error

    def reports(self, agenda: Agenda, loaded: Loaded) -> Iterator[GroupReport]:
        """Yield the groups as they end, from whichever worker."""
        ended = distributed.as_completed()  # type: ignore[no-untyped-call]
        self._fill(agenda, loaded, ended)
        while self._flying or self._unsent:
            while self._unsent:
                yield self._unsent.pop()
            if not self._flying:
                break
            future = next(ended)
            flight = self._flying.pop(future)
            answer = self._answer(future, flight.assignment)
            agenda.learn(flight.turn, answer.report)
            future.release()
            yield replace(answer.report, outcomes=[*flight.left_out, *answer.report.outcomes])
            self._next(agenda, loaded, ended, flight.turn, answer.address)
            self._fill(agenda, loaded, ended)

    def _fill(self, agenda: Agenda, loaded: Loaded, ended: Any) -> None:
        """Give every idle thread of the cluster a group; workers may have come since the last time."""
        with self._said_clearly():
            threads = sum(self._client.nthreads().values())  # type: ignore[no-untyped-call]
        while len(self._flying) < threads and self._next(agenda, loaded, ended, None, ""):
            pass

    def _next(self, agenda: Agenda, loaded: Loaded, ended: Any, last: Turn | None, address: str) -> bool:
        turn = agenda.take(last)
        if turn is None:
            return False
        whole = assignment_of(turn, agenda, loaded).lean()
        assignment, left_out = without_unsendable(whole)
        if not can_be_sent(assignment):
            self._unsent.append(GroupReport(_failed(whole, "failed", "it cannot be sent to another process")))
            return True
        near = (
            {"workers": [address], "allow_other_workers": True}
            if last and turn.bundle is last.bundle and address
            else {}
        )
        future = self._client.submit(
            attempt_there, self._token, Parcel.of(assignment), turn.bundle.key, pure=False, **near
        )
        self._flying[future] = _Flight(turn, assignment, left_out)
        ended.add(future)
        return True

    def _answer(self, future: Any, assignment: Assignment) -> Answer:
        if future.status == "cancelled":
            raise BenchkitError(
                f"--executor {self._name}: lost the scheduler; expected it to stay until the run's end. What had ended "
                "is stored: start the cluster again and go on with --resume."
            )
        try:
            answer: Answer = future.result()
        except Exception as error:  # such as Dask's KilledWorker: the machine under the group died again and again
            return Answer(GroupReport(_failed(assignment, "crashed", described(error))), "")
        return answer

    def close(self) -> None:
        """End what is being done, and leave the cluster as it was found."""
        for future in self._flying:
            future.cancel()
        with contextlib.suppress(Exception):  # the cluster may be gone
            self._client.unregister_worker_plugin(self._station.name)  # type: ignore[no-untyped-call]
        self._stack.close()


def without_unsendable(assignment: Assignment) -> tuple[Assignment, list[Outcome]]:
    """Return the assignment less the anomalies that can't be sent to a worker, and the cells that say so."""
    task = assignment.task
    if not can_be_sent(assignment.together):
        assignment = replace(assignment, together=())
    kept = tuple(offer for offer in task.anomalies if can_be_sent(offer))
    if len(kept) == len(task.anomalies):
        return assignment, []
    lost = tuple(offer for offer in task.anomalies if offer not in kept)
    rest = replace(assignment, task=replace(task, anomalies=lost))
    said = "the anomaly cannot be sent to another process"
    return replace(assignment, task=replace(task, anomalies=kept)), _failed(rest, "failed", said)


def _failed(assignment: Assignment, status: Status, what: str) -> list[Outcome]:
    reason = (
        f"{assignment.offer.item.name} ({assignment.task.title}): a Dask worker could not do it: {what}. "
        "Repeat it with --executor local."
    )
    return [Outcome(cell) for cell in cells_of(assignment.task, assignment.offer, assignment.frame, status, reason)]
