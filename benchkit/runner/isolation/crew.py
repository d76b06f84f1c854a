"""Worker processes on this machine, each behind a thread that feeds it and watches over it."""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TypeVar

import torch

from benchkit.contract import Dataset
from benchkit.runner.agenda import Agenda, Turn
from benchkit.runner.isolation.attempt import Assignment, attempt
from benchkit.runner.isolation.home import Home, is_alive
from benchkit.runner.isolation.lane import Lane, lane_folder
from benchkit.runner.isolation.sandbox import Sandbox
from benchkit.runner.isolation.supervisor import Supervisor
from benchkit.runner.isolation.worker import Start
from benchkit.runner.loaded import Loaded
from benchkit.runner.report import GroupReport
from benchkit.runner.settings import RunSettings

Item = TypeVar("Item")

_ABANDONED = 3600.0
"""Seconds in which a run that is just starting must have got its workers."""

_LOOK_UP = 0.5
"""Seconds after which whoever waits looks whether Ctrl-C was pressed."""

_FAREWELL = 2.0
"""Seconds in which a thread has to notice that its worker was ended."""


def make_supervisor(start: Start, dataset: Dataset, token: str, name: str) -> Supervisor:
    """Return the supervisor of a worker to be: nothing is started yet.

    Args:
        start: what the worker needs to know.
        dataset: the run's data set.
        token: of the run; workers with the same one share their host's exclusive lane.
        name: of the worker, unlike that of every other on the host.
    """
    home = Home(lane_folder(Path(tempfile.gettempdir()), token) / name)
    timeout = start.settings.timeout
    lane = Lane(home) if timeout is None else Lane(home, timeout / 2)
    return Supervisor(Sandbox(home, lane, start), dataset, timeout)


def remove_lane(token: str) -> None:
    """Remove what the workers of a run have left on this host."""
    shutil.rmtree(lane_folder(Path(tempfile.gettempdir()), token), ignore_errors=True)


def remove_abandoned_lanes() -> None:
    """Remove what runs of this user have left that were killed: folders in which no worker lives any more."""
    for folder in Path(tempfile.gettempdir()).glob(lane_folder(Path(), "*").name):
        with contextlib.suppress(OSError):
            mine = folder.stat().st_uid == os.getuid() if hasattr(os, "getuid") else False
            if mine and time.time() - folder.stat().st_mtime > _ABANDONED and not _lives(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _lives(folder: Path) -> bool:
    pids = [Home(home).pid for home in folder.iterdir() if home.is_dir()]
    return any(is_alive(pid) for pid in pids if pid is not None)


class Crew:
    """The executor of ``--jobs N``.

    Args:
        dataset: the run's data set.
        settings: the run's settings; ``jobs`` says how many workers.
        plugin_files: plugin files that a worker has to load before it can receive their objects.
    """

    def __init__(self, dataset: Dataset, settings: RunSettings, plugin_files: tuple[Path, ...]) -> None:
        threads = max(1, torch.get_num_threads() // settings.jobs) if settings.jobs > 1 else None
        token = secrets.token_hex(8)
        start = Start(settings, plugin_files, threads)
        self._token = token
        self._supervisors = [make_supervisor(start, dataset, token, str(number)) for number in range(settings.jobs)]
        self._loads: queue.Queue[Loaded | Exception] = queue.Queue()
        self._reports: queue.Queue[GroupReport | Exception | None] = queue.Queue()
        self._work: tuple[Agenda, Loaded] | None = None
        self._may_work = threading.Event()
        self._threads = [
            threading.Thread(target=self._drive, args=(each,), daemon=True, name=f"benchkit-worker-{number}")
            for number, each in enumerate(self._supervisors)
        ]

    def load(self) -> Loaded:
        """Start all workers; return what the first of them has loaded, while the others still do."""
        remove_abandoned_lanes()
        for thread in self._threads:
            thread.start()
        first = _heard(self._loads)
        if isinstance(first, Exception):
            raise first
        return first

    def reports(self, agenda: Agenda, loaded: Loaded) -> Iterator[GroupReport]:
        """Yield the groups as they end, in whatever order that is."""
        self._work = (agenda, loaded)
        self._may_work.set()
        working = len(self._threads)
        while working:
            report = _heard(self._reports)
            if isinstance(report, Exception):
                raise report
            if report is None:
                working -= 1
            else:
                yield report

    def close(self) -> None:
        """End every worker at once, whatever it is doing."""
        if self._work is not None:
            self._work[0].close()
        self._may_work.set()
        for supervisor in self._supervisors:
            supervisor.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(_FAREWELL)  # or it could make its lock anew in the folder that is removed
        remove_lane(self._token)

    def _drive(self, supervisor: Supervisor) -> None:
        """Load, wait for work, do it: the life of one thread, which its worker does not outlive."""
        _be_deaf_to_ctrl_c()
        try:
            loaded = self._load(supervisor)
            self._may_work.wait()
            if loaded:  # one that could not would take group after group, and do none
                self._do_groups(supervisor)
        except Exception as error:  # a fault of benchkit's own: the one who waits must hear of it
            self._reports.put(error)
        finally:
            self._reports.put(None)

    def _load(self, supervisor: Supervisor) -> bool:
        try:
            self._loads.put(supervisor.load())
        except Exception as error:  # said by whoever waits for the first; later ones by the run that goes on
            self._loads.put(error)
            self._reports.put(GroupReport([], text=f"benchkit: one worker less: {error}\n"))
            return False
        return True

    def _do_groups(self, supervisor: Supervisor) -> None:
        if self._work is None:
            return
        agenda, loaded = self._work
        turn = agenda.take(None)
        while turn is not None:
            report = attempt(assignment_of(turn, agenda, loaded), supervisor)
            agenda.learn(turn, report)
            self._reports.put(report)
            turn = agenda.take(turn)


def _heard(waiting: queue.Queue[Item]) -> Item:
    """Return the next item; look up now and then, for a Ctrl-C that the system gave to another thread wakes nobody."""
    while True:
        with contextlib.suppress(queue.Empty):
            return waiting.get(timeout=_LOOK_UP)


def assignment_of(turn: Turn, agenda: Agenda, loaded: Loaded) -> Assignment:
    """Return what a worker is to be told of a turn."""
    lost = agenda.lost(turn.task)
    together = tuple(agenda.lost(task).left_of(task) for task in turn.together)
    return Assignment(turn.task, turn.offer, lost, loaded.frame, loaded.checksum, together)


def _be_deaf_to_ctrl_c() -> None:
    """Block it in this thread, where it never arrives: the processes that the thread starts are so from the first."""
    if hasattr(signal, "pthread_sigmask"):
        resource_tracker.ensure_running()  # its start, which comes with that of the first process, would lift the block
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
