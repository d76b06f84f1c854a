"""What is written down of a run while it is carried out, at the first go or at a later one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchkit.errors import NotComparableError, UsageError
from benchkit.registry import Registry
from benchkit.results import STATUSES, RunStore, StoredRun, read_run
from benchkit.runner.loaded import Loaded
from benchkit.runner.plan import CellKey, Plan
from benchkit.runner.provenance import now, provenance, settings_by_name
from benchkit.runner.recall import record_request
from benchkit.runner.request import Request


def manifest_of(request: Request, registry: Registry, plan: Plan, loaded: Loaded) -> dict[str, Any]:
    """Return what ``run.json`` says when a run begins."""
    return {
        "state": "running",
        "started": now(),
        "finished": None,
        "settings": request.settings.to_dict(),
        "request": record_request(request),
        "changes": {name: dict(fields) for name, fields in request.changes.items()},
        "protocol": loaded.protocol,
        "planned": {"tasks": len(plan.tasks), "fits": plan.n_fits, "cells": plan.n_cells},
        "cells": {},
        "seconds": {},
        **_plugins(plan),
        **provenance(registry, loaded.hardware),
    }


def _plugins(plan: Plan) -> dict[str, dict[str, Any]]:
    return {
        "dataset": settings_by_name([plan.dataset]),
        "detectors": settings_by_name(plan.detectors),
        "anomalies": settings_by_name(plan.anomalies),
        "views": settings_by_name(plan.views.values()),
    }


class Earlier:
    """What a run that is resumed holds already.

    Args:
        folder: the run's folder.
        retry: statuses whose cells are done again.

    Raises:
        UsageError: there is no run, or somebody else is writing there.
        StoreError: it is damaged.
    """

    def __init__(self, folder: Path, retry: Iterable[str]) -> None:
        self.store = RunStore.reopen(folder)
        try:
            self._run: StoredRun = read_run(self.store.folder)
        except BaseException:
            self.store.close()
            raise
        self.retry = frozenset(retry)
        cells = self._run.cells
        kept = cells[~cells["status"].isin(self.retry)]
        columns = (kept["detector"], kept["settings"], kept["anomaly"], kept["seed"])
        self.done: frozenset[CellKey] = frozenset(zip(*columns, strict=True))
        self.counts = Counter(map(str, kept["status"]))

    def check(self, request: Request, plan: Plan, loaded: Loaded) -> None:
        """Refuse to go on where the new cells could not be compared with those that are there.

        Raises:
            NotComparableError: the data, the protocol, the seeds, the timing or a plugin's settings are others now.
        """
        before = {**self._run.manifest, "settings": _decisive(self._run.manifest.get("settings"))}
        settings = _decisive(request.settings.to_dict())
        today: dict[str, dict[str, Any]] = {"protocol": loaded.protocol, "settings": settings, **_plugins(plan)}
        for part, mine in today.items():
            theirs = before.get(part)
            if isinstance(theirs, Mapping) and (name := _first_difference(theirs, mine)):
                raise NotComparableError(
                    f"--resume {self.store.folder}: {part}: got {name} {_shown(mine.get(name))}; expected "
                    f"{_shown(theirs.get(name))}, with which the run began. Bring that back, or begin a new run."
                )

    def close_complete(self) -> None:
        """Nothing is missing: say that the run is finished, where a killed process could not."""
        if self.store.manifest.get("state") != "finished":
            self.store.finish(state="finished", finished=now(), cells=dict(self.counts))

    def begin(self, registry: Registry, loaded: Loaded) -> None:
        """Write down that somebody goes on with the run, and with what."""
        session = {
            "started": now(),
            "had_cells": self.counts.total(),
            "retry": sorted(self.retry),
            "mended": list(self.store.mended),
            **{key: value for key, value in provenance(registry, loaded.hardware).items() if key != "problems"},
        }
        earlier = self.store.manifest.get("resumed")
        resumed = [*(earlier if isinstance(earlier, Sequence) else ()), session]
        self.store.update(state="running", finished=None, resumed=resumed)


def _decisive(settings: object) -> dict[str, Any]:
    """Return the settings that numbers hang on and that stand in no protocol hash; the others may change."""
    found = settings if isinstance(settings, Mapping) else {}
    return {name: found[name] for name in ("seeds", "batch_size", "timing_seconds") if name in found}


def _first_difference(theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> str:
    """Return what differs; the hash over all of it, which explains nothing, only when nothing else does."""
    differing = [str(name) for name in (*theirs, *mine) if theirs.get(name) != mine.get(name)]
    return min(differing, key=lambda name: name == "hash", default="")


def _shown(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 120 else text[:120] + "…"


def check_retry(statuses: Iterable[str]) -> tuple[str, ...]:
    """Return the statuses of ``--retry``.

    Raises:
        UsageError: one of them is none, or is ``ok``.
    """
    allowed = [status for status in STATUSES if status != "ok"]
    asked = tuple(statuses)
    for status in asked:
        if status not in allowed:
            raise UsageError(f"--retry: got {status!r}; expected some of {', '.join(allowed)}, joined by commas.")
    return asked
