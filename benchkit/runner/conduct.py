"""One run from its request to its folder: the plan is carried out and written down as it goes."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchkit.registry import Registry
from benchkit.results import Cell, RunStore
from benchkit.runner import ledger, protocol
from benchkit.runner.execute import Account, execute
from benchkit.runner.machine import Machine, machine_for
from benchkit.runner.plan import Plan
from benchkit.runner.protocol import Prepared, prepare
from benchkit.runner.provenance import now, provenance, settings_by_name
from benchkit.runner.request import Request
from benchkit.runner.task import Outcome

OnCell = Callable[[Cell], None]


def conduct(
    request: Request,
    registry: Registry,
    plan: Plan,
    *,
    out: Path,
    run_id: str | None = None,
    on_cell: OnCell = lambda cell: None,
) -> Path:
    """Carry out a plan; every cell is on the disk before the next one begins.

    Args:
        request: what was asked for.
        registry: where the plugins came from.
        plan: what to do.
        out: the results folder.
        run_id: name of the run's own folder; by default time, data set and four random digits.
        on_cell: called with each cell after it was stored.

    Returns:
        The run's folder.

    Raises:
        UsageError: no such device, or the run is there already.
        DataError: the data set cannot be loaded.
        StoreError: the results cannot be written.
        KeyboardInterrupt: Ctrl-C; says what was kept.
    """
    start = time.perf_counter()
    account = Account()
    machine = machine_for(request.settings.device)
    loaded = prepare(plan.dataset.item, machine.device)
    ledger.book(account.seconds, {"load": time.perf_counter() - start})
    manifest = _manifest(request, registry, plan, loaded, machine)
    store = RunStore.create(out, run_id or _fresh_id(plan), manifest)
    data = loaded if request.settings.jobs == 1 else None
    del loaded  # worker processes hold their own
    counts: Counter[str] = Counter()
    state = "interrupted"
    try:
        outcomes = execute(plan, data, request.settings, machine, account, plugin_files=tuple(request.plugin_files))
        for outcome in outcomes:
            _keep(store, outcome, request.settings.save_scores)
            counts[outcome.cell.status] += 1
            on_cell(outcome.cell)
        state = "finished"
    except KeyboardInterrupt as error:
        kept = f"{counts.total()} of {plan.n_cells} cells had ended; they are kept in {store.folder}."
        raise KeyboardInterrupt(kept) from error
    finally:
        wall = time.perf_counter() - start
        busy = wall if request.settings.jobs == 1 else account.busy
        seconds = ledger.summary(account.seconds, wall=wall, busy=busy)
        store.update(state=state, finished=now(), cells=dict(counts), seconds=seconds)
    return store.folder


def _keep(store: RunStore, outcome: Outcome, save_scores: bool) -> None:
    """Scores first: a cell that is in the list has its scores."""
    scored = outcome.scored
    if save_scores and scored is not None:
        store.save_scores(outcome.cell, normal=scored.normal, anomaly=scored.anomaly, calibration=scored.calibration)
    store.append(outcome.cell)


def _fresh_id(plan: Plan) -> str:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return f"{stamp}-{plan.dataset.item.name}-{secrets.token_hex(2)}"


def _manifest(request: Request, registry: Registry, plan: Plan, data: Prepared, machine: Machine) -> dict[str, Any]:
    settings = request.settings
    base = protocol.base_hash(data, threshold=settings.threshold, prevalence=settings.prevalence)
    return {
        "state": "running",
        "started": now(),
        "finished": None,
        "settings": settings.to_dict(),
        "changes": {name: dict(fields) for name, fields in request.changes.items()},
        "protocol": {"hash": base, **protocol.describe(data)},
        "planned": {"tasks": len(plan.tasks), "fits": plan.n_fits, "cells": plan.n_cells},
        "cells": {},
        "seconds": {},
        "dataset": settings_by_name([plan.dataset]),
        "detectors": settings_by_name(plan.detectors),
        "anomalies": settings_by_name(plan.anomalies),
        "views": settings_by_name(dict.fromkeys(plan.views.values())),
        **provenance(registry, machine.device),
    }
