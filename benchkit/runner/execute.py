"""The work of a plan, in this process or in several; either way the cells stream back as they end."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

import torch

from benchkit.contract import Dataset
from benchkit.registry.loading import plugin_file
from benchkit.runner.guard import described
from benchkit.runner.lanes import Lane, OneLane, SharedLanes
from benchkit.runner.ledger import Ledger, book
from benchkit.runner.machine import Machine, machine_for
from benchkit.runner.plan import Plan, Task
from benchkit.runner.protocol import Prepared, prepare
from benchkit.runner.settings import RunSettings
from benchkit.runner.task import Outcome, cells_of, run_task


@dataclass
class Account:
    """What a run has cost so far, summed over its processes.

    Attributes:
        seconds: by kind of work.
        busy: wall seconds of all tasks.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    busy: float = 0.0


def execute(
    plan: Plan,
    data: Prepared | None,
    settings: RunSettings,
    machine: Machine,
    account: Account,
    *,
    plugin_files: Sequence[Path] = (),
) -> Iterator[Outcome]:
    """Yield every cell of the plan.

    Args:
        plan: what to do.
        data: the plan's data set, cut by the protocol; None where worker processes load it themselves.
        settings: the run's settings; ``jobs`` above 1 asks for worker processes.
        machine: where to compute.
        account: takes the seconds.
        plugin_files: plugin files that a worker process has to load before it can do anything.
    """
    if data is not None:
        return _in_process(plan, data, settings, machine, account)
    return _in_workers(plan, settings, account, tuple(plugin_files))


def _in_process(
    plan: Plan, data: Prepared, settings: RunSettings, machine: Machine, account: Account
) -> Iterator[Outcome]:
    ledger = Ledger(machine.device, account.seconds)
    for task in plan.tasks:
        start = time.perf_counter()
        yield from run_task(task, data, settings, machine, OneLane(), ledger)
        account.busy += time.perf_counter() - start


def _in_workers(
    plan: Plan, settings: RunSettings, account: Account, plugin_files: tuple[Path, ...]
) -> Iterator[Outcome]:
    context = multiprocessing.get_context("spawn")  # not forked: CUDA and OpenMP do not survive a fork
    threads = max(1, torch.get_num_threads() // settings.jobs)
    arguments = (plugin_files, settings, SharedLanes(settings.jobs, context), threads)
    pool = ProcessPoolExecutor(settings.jobs, context, initializer=_start_worker, initargs=arguments)
    try:
        futures = {pool.submit(_work, task): task for task in plan.tasks}
        for future in as_completed(futures):
            yield from _collect(future, futures[future], account)
    finally:
        pool.shutdown(cancel_futures=True)


def _collect(future: Future[_Report], task: Task, account: Account) -> list[Outcome]:
    try:
        report = future.result()
    except BrokenProcessPool:
        reason = f"{task.title}: a worker process died while the task ran or waited; repeat with --jobs 1."
        return [Outcome(cell) for cell in cells_of(task, "crashed", reason)]
    except Exception as error:  # such as an object that cannot be sent to a worker; the other tasks go on
        reason = f"{task.title}: a worker process could not do it: {described(error)}. Repeat with --jobs 1."
        return [Outcome(cell) for cell in cells_of(task, "failed", reason)]
    book(account.seconds, report.seconds)
    account.busy += report.busy
    return report.outcomes


@dataclass(frozen=True)
class _Report:
    """What a worker sends back of one task."""

    outcomes: list[Outcome]
    seconds: dict[str, float]
    busy: float


class _Worker:
    """What a worker process keeps between tasks."""

    def __init__(self, settings: RunSettings, lane: Lane) -> None:
        self.settings = settings
        self.lane = lane
        self.machine = machine_for(settings.device)
        self.data: dict[Dataset, Prepared] = {}

    def prepared(self, dataset: Dataset) -> Prepared:
        """Return the data set, loaded once."""
        if dataset not in self.data:
            self.data = {dataset: prepare(dataset, self.machine.device)}
        return self.data[dataset]

    def do(self, task: Task) -> _Report:
        """Do one task from beginning to end."""
        start = time.perf_counter()
        ledger = Ledger(self.machine.device)
        with ledger.time("load"):
            data = self.prepared(task.dataset.item)
        outcomes = list(run_task(task, data, self.settings, self.machine, self.lane, ledger))
        waited = ledger.seconds.pop("wait", 0.0)
        return _Report(outcomes, ledger.seconds, time.perf_counter() - start - waited)


_worker: _Worker | None = None


def _start_worker(plugin_files: tuple[Path, ...], settings: RunSettings, lane: Lane, threads: int) -> None:
    """Make a fresh process ready; plugin files first, so that their objects can be received."""
    global _worker  # a worker process has one state, and the pool offers no other place for it
    for file in plugin_files:
        plugin_file(file).load()
    torch.set_num_threads(threads)
    _worker = _Worker(settings, lane)


def _work(task: Task) -> _Report:
    if _worker is None:
        raise RuntimeError("the worker process was not started by the runner")
    return _worker.do(task)
