"""What is written down of a run while it is carried out, at the first go or at a later one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchkit.errors import NotComparableError, UsageError
from benchkit.registry import Offer, Registry
from benchkit.results import STATUSES, RunStore, StoredRun, read_run
from benchkit.results.store import DIGEST_KEY, cells_digest
from benchkit.runner.blank import distribution_of
from benchkit.runner.leaks import leaks_by_view
from benchkit.runner.loaded import Loaded
from benchkit.runner.plan import CellKey, Plan
from benchkit.runner.provenance import now, provenance, settings_by_name
from benchkit.runner.recall import BEFORE_SCHEMA_4, record_request
from benchkit.runner.request import Request

_DECISIVE = ("seeds", "batch_size", "timing_seconds", "timing_noise", "batch_sizes")


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
        "leaks": leaks_by_view(plan.views),
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
        kept = self._kept = cells[~cells["status"].isin(self.retry)]
        columns = (kept["detector"], kept["settings"], kept["anomaly"], kept["seed"])
        self.done: frozenset[CellKey] = frozenset(zip(*columns, strict=True))
        self.counts = Counter(map(str, kept["status"]))

    def check_plan(self, request: Request, plan: Plan) -> None:
        """Refuse to go on where the new cells could not be compared with those that are there.

        Raises:
            NotComparableError: the seeds, the timing or a plugin's settings are others now, or stored cells were
                changed after the run had ended.
        """
        digest = self._run.manifest.get(DIGEST_KEY)
        if digest is not None and digest != cells_digest(self.store.folder):
            raise NotComparableError(
                f"--resume {self.store.folder}: got a cells.jsonl that was changed after the run had ended; expected "
                f"the SHA-256 {str(digest)[:12]}… of run.json. `benchkit verify {self.store.folder}` names the rows. "
                "Bring the file back, or begin a new run."
            )
        self._compare({"settings": _decisive(request.settings.to_dict()), **_plugins(plan)})

    def check_data(self, loaded: Loaded) -> None:
        """Refuse to go on with other data.

        Raises:
            NotComparableError: the data, or how the protocol cuts them, are others now.
        """
        self._compare({"protocol": loaded.protocol})

    def remarks(self, plan: Plan) -> list[str]:
        """Return what the user should know before the run goes on, one sentence each."""
        found = [f"mended: {sentence}" for sentence in self.store.mended]
        statuses = Counter(map(str, self._run.cells["status"]))
        if self.retry and not self.retry & statuses.keys():
            there = ", ".join(f"{number} {status}" for status, number in statuses.items())
            found.append(f"--retry {','.join(sorted(self.retry))}: no cell ended so; there are {there or 'none yet'}.")
        return found + [remark for offer in plan.detectors if (remark := self._other_version(offer))]

    def _other_version(self, offer: Offer[Any]) -> str:
        """A mended plugin goes on under its name; that its rows are of two versions has to be said."""
        mine = self._kept[self._kept["detector"] == offer.item.name]["distribution"]
        today = distribution_of(offer)
        others = mine[mine != today]
        if others.empty:
            return ""
        return (
            f"note: {offer.item.name} comes from {today} now; {len(others)} of its rows were made by "
            f"{others.iloc[0]} and stay. To do them again begin a new run."
        )

    def _compare(self, today: Mapping[str, Mapping[str, Any]]) -> None:
        before = {**self._run.manifest, "settings": _decisive(self._run.manifest.get("settings"))}
        for part, mine in today.items():
            theirs = before.get(part)
            if isinstance(theirs, Mapping) and (name := _first_difference(theirs, mine)):
                raise NotComparableError(
                    f"--resume {self.store.folder}: {part}: got {_shown(name, mine)}; expected "
                    f"{_shown(name, theirs)}, with which the run began. Bring that back, or begin a new run."
                )

    def close_complete(self) -> None:
        """Nothing is missing: say that the run is finished, where a killed process could not."""
        if self.store.manifest.get("state") != "finished":
            self.store.finish(state="finished", finished=now(), cells=dict(self.counts))

    def begin(self, request: Request, registry: Registry, loaded: Loaded) -> None:
        """Write down that somebody goes on with the run, and with what."""
        session = {
            "started": now(),
            "settings": request.settings.to_dict(),
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
    found = {**BEFORE_SCHEMA_4, **(settings if isinstance(settings, Mapping) else {})}
    return {name: found[name] for name in _DECISIVE if name in found}


def _first_difference(theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> str:
    """Return what differs; the hash over all of it, which explains nothing, only when nothing else does."""
    differing = [str(name) for name in (*theirs, *mine) if theirs.get(name) != mine.get(name)]
    return min(differing, key=lambda name: name == "hash", default="")


def _shown(name: str, part: Mapping[str, Any]) -> str:
    text = f"{name} {part[name]!r}" if name in part else f"no {name}"
    return text if len(text) <= 160 else text[:160] + "…"


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
