"""A Dask worker's part: it keeps sandboxes, so that a plugin that dies never takes the Dask worker with it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from distributed import WorkerPlugin, get_worker

from benchkit import __version__
from benchkit.contract import Dataset
from benchkit.errors import UsageError
from benchkit.registry.loading import plugin_file
from benchkit.runner.isolation.attempt import Assignment, attempt
from benchkit.runner.isolation.crew import make_supervisor, remove_lane
from benchkit.runner.isolation.parcel import Parcel
from benchkit.runner.isolation.supervisor import Supervisor
from benchkit.runner.isolation.worker import Start
from benchkit.runner.loaded import Loaded
from benchkit.runner.report import GroupReport


@dataclass(frozen=True)
class Answer:
    """A fit group done by a cluster.

    Attributes:
        report: what it came to.
        address: the Dask worker that did it, which holds its views.
    """

    report: GroupReport
    address: str


class Station(WorkerPlugin):
    """Makes a Dask worker ready for one run; Dask hands it to every worker, also to those that come later.

    Args:
        token: of the run.
        start: what every sandbox needs to know.
        version: benchkit's version where the run was begun.
    """

    def __init__(self, token: str, start: Start, version: str) -> None:
        self.name = f"benchkit-{token}"
        self.token = token
        self._start = start
        self._version = version

    def setup(self, worker: object) -> None:
        """Load plugin files, so that their objects can be received, and allow this process to have workers."""
        if self._version != __version__:
            raise UsageError(
                f"--executor: got a Dask worker with benchkit {__version__}; expected {self._version}, as here. "
                "Install the same version everywhere."
            )
        for file in self._start.plugin_files:
            plugin_file(file).load()
        # Dask's nannies let malloc give every page back at once, which makes convolutions half as fast; a sandbox
        # begins with what the rest of the environment says. The second is what the command line sets for itself.
        os.environ.pop("MALLOC_TRIM_THRESHOLD_", None)
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
        multiprocessing.current_process().daemon = False  # Dask marks its workers as childless; sandboxes are children
        self._idle: list[tuple[str, Supervisor]] = []
        self._all: list[Supervisor] = []
        self._lock = threading.Lock()
        _stations[self.token] = self

    def teardown(self, worker: object) -> None:
        """End every sandbox."""
        _stations.pop(self.token, None)
        with self._lock:
            for supervisor in self._all:
                supervisor.close()
        remove_lane(self.token)

    @contextlib.contextmanager
    def supervisor(self, dataset: Dataset, key: str) -> Iterator[Supervisor]:
        """Lend a sandbox: the one that did ``key`` last if it is free, else any that is free, else a new one."""
        taken = self._take(key) or self._new(dataset)
        try:
            yield taken
        finally:
            with self._lock:
                self._idle.append((key, taken))

    def _take(self, key: str) -> Supervisor | None:
        with self._lock:
            places = [place for place, (last, _) in enumerate(self._idle) if last == key] or range(len(self._idle))
            return self._idle.pop(places[0])[1] if places else None

    def _new(self, dataset: Dataset) -> Supervisor:
        supervisor = make_supervisor(self._start, dataset, self.token, secrets.token_hex(4))
        with self._lock:
            self._all.append(supervisor)
        return supervisor


_stations: dict[str, Station] = {}
"""By the token of their run; a Dask worker may serve several."""


def _station(token: str) -> Station:
    if token not in _stations:
        raise RuntimeError("this Dask worker was not made ready for the run")
    return _stations[token]


def load_there(token: str, parcel: Parcel) -> Loaded:
    """Load the data set in a sandbox of this Dask worker."""
    (dataset,) = parcel.open()
    with _station(token).supervisor(dataset, "") as supervisor:
        return supervisor.load()


def attempt_there(token: str, parcel: Parcel, key: str) -> Answer:
    """Do one fit group in a sandbox of this Dask worker; ``key`` tells which groups share their views."""
    assignment: Assignment
    (assignment,) = parcel.open()
    with _station(token).supervisor(assignment.task.dataset.item, key) as supervisor:
        return Answer(attempt(assignment, supervisor), get_worker().address)
