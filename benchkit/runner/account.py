"""What a run has cost so far, and how its cells ended."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from benchkit.runner.ledger import USEFUL, book, summary
from benchkit.runner.report import GroupReport
from benchkit.runner.settings import RunSettings


class Account:
    """Counts cells and seconds while a run is carried out.

    Args:
        settings: of the run; with one process at most, its wall time is its busy time.
        counts: of the cells that an earlier go has left.
    """

    def __init__(self, settings: RunSettings, counts: Counter[str] | None = None) -> None:
        self.counts: Counter[str] = counts or Counter()
        self._alone = settings.in_process or settings.jobs == 1
        self._seconds: dict[str, float] = {}
        self._busy = 0.0
        self._start = time.perf_counter()

    def book_load(self) -> None:
        """Book the seconds since the beginning as those that loading the data took."""
        book(self._seconds, {"load": time.perf_counter() - self._start})

    def book(self, report: GroupReport) -> None:
        """Add a fit group."""
        book(self._seconds, report.seconds)
        self._busy += report.busy
        self.counts.update(outcome.cell.status for outcome in report.outcomes)

    def closing(self, earlier: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``cells`` and ``seconds`` of ``run.json``.

        Args:
            earlier: the manifest so far; its seconds are added to.
        """
        wall = time.perf_counter() - self._start
        seconds = summary(self._seconds, wall=wall, busy=wall if self._alone else self._busy)
        return {"cells": dict(self.counts), "seconds": added(earlier.get("seconds"), seconds)}


def added(before: object, more: Mapping[str, float]) -> dict[str, float]:
    """Return the seconds of a run that was carried out in several goes."""
    total: dict[str, float] = {}
    book(total, before if isinstance(before, Mapping) else {})
    book(total, more)
    overhead = total["overhead"]
    busy = overhead + sum(total.get(kind, 0.0) for kind in USEFUL)
    share = overhead / busy if busy else 0.0
    return {**{kind: round(value, 3) for kind, value in total.items()}, "overhead_share": round(share, 4)}
