"""What happens inside a worker process: it loads the data once, and does one fit group after another."""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from threadpoolctl import threadpool_limits

from benchkit.contract import Dataset, Detector
from benchkit.errors import UsageError
from benchkit.registry import Offer
from benchkit.registry.loading import plugin_file
from benchkit.runner.bench import Bench
from benchkit.runner.benches import Benches
from benchkit.runner.group import FitGroup, Outcome
from benchkit.runner.isolation.home import Home
from benchkit.runner.isolation.parcel import Parcel
from benchkit.runner.ledger import Ledger
from benchkit.runner.loaded import Loaded
from benchkit.runner.machine import machine_for
from benchkit.runner.memory import levels_room
from benchkit.runner.plan import Task
from benchkit.runner.protocol import prepare
from benchkit.runner.settings import RunSettings
from benchkit.runner.surroundings import surroundings_kept
from benchkit.runner.throughput import Timing

WHERE = getattr(signal, "SIGUSR1", None)
"""Signal at which a worker writes down where it is, even from within a call that never returns to Python."""

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux' prctl


@dataclass(frozen=True)
class Start:
    """What a worker needs to know before it can receive anything else.

    Attributes:
        settings: the run's settings.
        plugin_files: plugin files; their objects cannot be received before they are loaded.
        threads: threads for CPU work; None leaves torch's choice.
    """

    settings: RunSettings
    plugin_files: tuple[Path, ...]
    threads: int | None


@dataclass(frozen=True)
class Spent:
    """What a call has cost.

    Attributes:
        seconds: by kind of work.
        busy: wall seconds of the worker, those not counted in which it was suspended.
    """

    seconds: dict[str, float]
    busy: float


@dataclass(frozen=True)
class Assessed:
    """A fit group, fitted and scored; it waits to be timed.

    Attributes:
        outcomes: all its cells, without what timing adds.
        spent: what it took.
    """

    outcomes: list[Outcome]
    spent: Spent


class _Worker:
    """What a worker process keeps between calls."""

    def __init__(self, start: Start, home: Home) -> None:
        self.home = home
        self.settings = start.settings
        self.machine = machine_for(start.settings.device)
        self.ledger = Ledger(self.machine.device, clock=home.clock, announce=home.announce)
        self._benches: Benches | None = None
        self._bench: Bench | None = None
        self._group: FitGroup | None = None

    def load(self, dataset: Dataset) -> Loaded:
        """Load the data set and set the limit on memory, which counts from what is there by then."""
        with self.ledger.time("load", dataset.name):
            data = prepare(dataset, self.machine.device, room=levels_room(self.settings, self.machine))
        self._benches = Benches(data, self.settings, self.machine, self.ledger)
        if self.settings.memory_limit is not None:
            _limit_memory(self.settings.memory_limit)
        return Loaded.of(data, self.settings, self.machine)

    def fit_ahead(self, tasks: tuple[Task, ...], offer: Offer[Detector]) -> Spent:
        """Fit a detector for several tasks at once; they are assessed one by one."""
        start = self._begin()
        self._ready_benches().fit_ahead(tasks, offer)
        return self._spent(start)

    def assess(self, task: Task, offer: Offer[Detector]) -> Assessed:
        """Fit and score one detector."""
        start = self._begin()
        self._bench = self._ready_benches().of(task)
        self._group, outcomes = self._bench.assess(offer, task.views)
        return Assessed(outcomes, self._spent(start))

    def _begin(self) -> float:
        _speak_into(self.home.log)  # again: a plugin may have closed what the next one prints to
        self._group = None
        return self.ledger.clock()

    def _ready_benches(self) -> Benches:
        if self._benches is None:
            raise RuntimeError("the worker process was asked for a fit before it had loaded its data")
        return self._benches

    def time(self) -> tuple[Timing, Spent]:
        """Time the detector that was fitted last."""
        if self._bench is None or self._group is None:
            raise RuntimeError("the worker process was asked to time a detector that it had not fitted")
        start = self.ledger.clock()
        timing = self._bench.time(self._group)
        self._group = None
        return timing, self._spent(start)

    def _spent(self, start: float) -> Spent:
        return Spent(self.ledger.take(), self.ledger.clock() - start)


_worker: _Worker | None = None


def begin(home_folder: Path, start: Start) -> None:
    """Make a fresh process ready. Called once, before anything whose arguments are plugins' objects."""
    global _worker  # a worker process has one state, and there is no other place for it
    home = Home(home_folder)
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)  # what a plugin starts or signals is the worker's own group, not that of the run
    _die_with_parent()
    _speak_into(home.log)
    with surroundings_kept():
        for file in start.plugin_files:
            plugin_file(file).load()
    if start.threads is not None:
        torch.set_num_threads(start.threads)
        threadpool_limits(start.threads)
    _worker = _Worker(start, home)


def answer(function: Callable[..., Any], parcel: Parcel) -> Any:
    """Call a function; an argument that can't be opened here is an error like any other."""
    mine = os.getpid()
    try:
        with surroundings_kept():  # what is opened imports its plugin
            arguments = parcel.open()
        return function(*arguments)
    finally:
        if os.getpid() != mine:
            os._exit(0)  # a copy that a plugin forked and let run on: it would take the work, and answer as well


def load(dataset: Dataset) -> Loaded:
    """Load the data set; see ``Loaded``."""
    return _ready().load(dataset)


def fit_ahead(tasks: tuple[Task, ...], offer: Offer[Detector]) -> Spent:
    """Fit one detector for several tasks at once."""
    return _ready().fit_ahead(tasks, offer)


def assess(task: Task, offer: Offer[Detector]) -> Assessed:
    """Fit and score one detector of a task."""
    return _ready().assess(task, offer)


def time_last() -> tuple[Timing, Spent]:
    """Time the detector that was assessed last."""
    return _ready().time()


def _ready() -> _Worker:
    if _worker is None:
        raise RuntimeError("the worker process was not started by the runner")
    return _worker


def _speak_into(log: Path) -> None:
    """Send whatever this process prints, from Python or from C, into a file that outlives it."""
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = getattr(sys, name)
        if stream is None or stream.closed:
            setattr(sys, name, open(number, "w", buffering=1, closefd=False, encoding="utf-8"))  # noqa: SIM115
        else:
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)
    faulthandler.enable(all_threads=False)
    if WHERE is not None:
        faulthandler.register(WHERE, all_threads=False)


def _die_with_parent() -> None:
    """See to it that no worker survives its driver, not even one that never returns to Python."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    _keep_watch()
    if hasattr(os, "register_at_fork"):  # a copy that hangs, as torch does after a fork, would stay for ever
        os.register_at_fork(after_in_child=_keep_watch)


def _keep_watch() -> None:
    threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def _limit_memory(limit: int) -> None:
    """Let the process grow until about ``limit`` bytes are resident; beyond, allocations fail.

    The system's limit is one on addresses, of which libraries reserve many that they never use: what is reserved by
    now is not counted.
    """
    try:
        import resource  # not on every platform
    except ImportError:
        raise UsageError(
            "--memory-limit: this platform cannot limit a process's memory; leave the option out."
        ) from None
    pages = Path("/proc/self/statm").read_text().split() if sys.platform == "linux" else ("0", "0")
    reserved, resident = (int(count) * os.sysconf("SC_PAGE_SIZE") for count in pages[:2])
    if resident >= limit:
        raise UsageError(
            f"--memory-limit: got {limit / 2**20:.0f} MiB, but a worker holds {resident / 2**20:.0f} MiB when it has "
            "loaded the data; expected more, for the fits to use. Give a larger limit."
        )
    most = reserved + limit - resident
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
