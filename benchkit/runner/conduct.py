"""One run from its request to its folder: the plan is carried out and written down as it goes."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from benchkit.errors import StoreError
from benchkit.registry import Registry
from benchkit.results import Cell, RunStore
from benchkit.runner.account import Account
from benchkit.runner.agenda import Agenda
from benchkit.runner.execute import Executor, executor_for
from benchkit.runner.interrupt import Interrupt
from benchkit.runner.loaded import Loaded
from benchkit.runner.plan import Plan, tasks_left
from benchkit.runner.provenance import now
from benchkit.runner.report import GroupReport
from benchkit.runner.request import Request
from benchkit.runner.session import Earlier, manifest_of
from benchkit.runner.timings import timing_of


@dataclass(frozen=True)
class Listener:
    """Who is told of a run while it goes on.

    Attributes:
        on_begin: called with the number of cells that are to be done.
        on_cell: called with each cell after it was stored.
        on_work: called with the fit groups that are at work, in words, whenever that changes; from any thread.
        on_text: called with what plugins printed in a worker process, and with what the run has to say itself.
    """

    on_begin: Callable[[int], object] = lambda number: None
    on_cell: Callable[[Cell], object] = lambda cell: None
    on_work: Callable[[list[str]], object] = lambda titles: None
    on_text: Callable[[str], object] = lambda text: None


def conduct(
    request: Request,
    registry: Registry,
    plan: Plan,
    *,
    out: Path,
    run_id: str | None = None,
    listener: Listener | None = None,
) -> Path:
    """Carry out a plan; the cells of every fit group are on the disk as soon as it ends.

    Args:
        request: what was asked for.
        registry: where the plugins came from.
        plan: what to do.
        out: the results folder.
        run_id: name of the run's own folder; by default time, data set and four random digits.
        listener: who is told.

    Returns:
        The run's folder.

    Raises:
        UsageError: no such device or cluster, or the run is there already.
        DataError: the data set cannot be loaded.
        StoreError: the results cannot be written.
        KeyboardInterrupt: Ctrl-C; says what was kept.
    """
    request, listener = request.settled(plan), listener or Listener()
    account = Account(request.settings)
    if run_id is not None:
        RunStore.check_free(out, run_id)  # before minutes are spent on loading
    with _working(request, plan, plan.n_fits) as executor:
        loaded = _load(executor, account)
        with RunStore.create(out, run_id or _fresh_id(plan), manifest_of(request, registry, plan, loaded)) as store:
            agenda = Agenda(plan.tasks, request.settings.sharers, listener.on_work)
            _carry_out(store, executor, loaded, agenda, account, listener)
            return store.folder


def resume(
    request: Request, registry: Registry, plan: Plan, *, earlier: Earlier, listener: Listener | None = None
) -> Path:
    """Do what a run of the same plan has left undone; arguments, result and errors as ``conduct``.

    Raises:
        NotComparableError: the run was made from other data or with other settings.
    """
    request, listener = request.settled(plan), listener or Listener()
    with earlier.store as store:
        listener.on_text("".join(f"benchkit: {sentence}\n" for sentence in earlier.remarks(plan)))
        earlier.check_plan(request, plan)
        tasks, account = tasks_left(plan, earlier.done), Account(request.settings, earlier.counts)
        if not tasks:
            earlier.close_complete()
            return store.folder
        with _working(request, plan, sum(len(task.detectors) for task in tasks)) as executor:
            loaded = _load(executor, account)
            earlier.check_data(loaded)
            earlier.begin(request, registry, loaded)
            agenda = Agenda(tasks, request.settings.sharers, listener.on_work)
            _carry_out(store, executor, loaded, agenda, account, listener)
            return store.folder


@contextlib.contextmanager
def _working(request: Request, plan: Plan, groups: int) -> Iterator[Executor]:
    settings = replace(request.settings, jobs=min(request.settings.jobs, max(1, groups)))
    executor = executor_for(plan.dataset.item, settings, tuple(request.plugin_files))
    try:
        yield executor
    finally:
        executor.close()


def _load(executor: Executor, account: Account) -> Loaded:
    try:
        loaded = executor.load()
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt("Nothing had begun; nothing was written.") from error
    account.book_load()
    return loaded


def _carry_out(
    store: RunStore, executor: Executor, loaded: Loaded, agenda: Agenda, account: Account, listener: Listener
) -> None:
    listener.on_begin(agenda.cells_left)
    try:
        with Interrupt(agenda.close, lambda text: listener.on_text(f"benchkit: {text}\n")) as interrupt:
            for report in executor.reports(agenda, loaded):
                _keep(store, report, account, listener)
        if interrupt.asked and agenda.cells_left:
            raise KeyboardInterrupt
    except BaseException as error:
        with contextlib.suppress(StoreError):  # such as a full disk: what went wrong first is what has to be said
            store.finish(state="interrupted", finished=now(), **account.closing(store.manifest))
        if isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt(_kept(store, account)) from error
        raise
    store.finish(state="finished", finished=now(), **account.closing(store.manifest))


def _keep(store: RunStore, report: GroupReport, account: Account, listener: Listener) -> None:
    """Scores and times first: a cell that is in the list has them."""
    if report.text:
        listener.on_text(report.text)
    save_scores = bool(store.manifest["settings"]["save_scores"])
    for outcome in report.outcomes:
        scored = outcome.scored
        if save_scores and scored is not None:
            store.save_scores(
                outcome.cell, normal=scored.normal, anomaly=scored.anomaly, calibration=scored.calibration
            )
        if save_scores and outcome.exhibit is not None:
            store.save_exhibit(outcome.cell, outcome.exhibit)
    timing = timing_of(report.outcomes)
    if timing is not None:
        store.append_timing(timing)
    store.append(*(outcome.cell for outcome in report.outcomes))
    account.book(report)
    for outcome in report.outcomes:
        listener.on_cell(outcome.cell)


def _kept(store: RunStore, account: Account) -> str:
    planned = store.manifest["planned"]["cells"]
    return (
        f"{account.counts.total()} of {planned} cells had ended; they are kept in {store.folder}. "
        f"Go on with: benchkit run --resume {store.folder}"
    )


def _fresh_id(plan: Plan) -> str:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return f"{stamp}-{plan.dataset.item.name}-{secrets.token_hex(2)}"
