"""How fast each row was, on each machine that it ran on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from benchkit.report.arrangement import Arrangement
from benchkit.report.entry import Entry, number
from benchkit.report.labels import labels_of
from benchkit.report.remarks import machine_title

SPEED: tuple[tuple[str, str, int, bool], ...] = (
    ("images_per_second", "images/s ↑", 0, True),
    ("latency_p50_ms", "p50 ms ↓", 2, False),
    ("latency_p99_ms", "p99 ms ↓", 2, False),
    ("fit_seconds", "fit s ↓", 2, False),
    ("view_seconds", "view s ↓", 2, False),
    ("peak_memory_mb", "peak MB ↓", 0, False),
)
"""Field, heading, digits and direction of the columns of the speed table."""

_PER_BATCH = ["images_per_second", "latency_p50_ms", "latency_p99_ms"]
_PER_FIT = ["fit_seconds", "view_seconds"]
_PLACE = ["row", "machine"]

Line = tuple[str, tuple[Entry, ...]]
"""The machine with the size of its batches, and the numbers."""


def speed_lines(cells: Arrangement) -> dict[str, list[Line]]:
    """Return each row's lines, one a machine, by the machine's name; one without machine where nothing ended well."""
    lines: dict[str, list[Line]] = {row: [] for row in cells.rows}
    for row, machine, batch, *numbers in _summaries(cells.grid.cells).itertuples(index=False, name=None):
        lines[row].append((f"{machine}, batches of {int(batch)}", _entries(numbers)))
    return {row: found or [("", _entries([None] * len(SPEED)))] for row, found in lines.items()}


def _summaries(cells: pd.DataFrame) -> pd.DataFrame:
    """Return one line a row and machine: both, the size of the batches, then the numbers in the order of ``SPEED``."""
    ok = cells[cells["status"].eq("ok")]
    machine = labels_of(ok, ["device_name", "threads"], _titles, key=str)
    ok = ok.assign(machine=machine, batch=ok["batch_size"].fillna(0))
    places = ok.groupby(_PLACE, observed=True)  # sorted: by row, then by machine
    # The cells with the largest batch: a held-out class leaves few images, and a small batch is another time.
    timed = ok[ok["batch"].eq(places["batch"].transform("max"))].groupby(_PLACE, observed=True)
    found = places.agg({"batch": "max", **dict.fromkeys(_PER_FIT, "median"), "peak_memory_mb": "max"})
    found[_PER_BATCH] = timed[_PER_BATCH].median()
    return found[["batch", *(field for field, *_ in SPEED)]].reset_index()


def _titles(kinds: pd.DataFrame) -> pd.Series[Any]:
    titles = [machine_title(name, threads) for name, threads in kinds.itertuples(index=False)]
    return pd.Series(titles, index=kinds.index, dtype=str)


def _entries(numbers: Sequence[float | None]) -> tuple[Entry, ...]:
    return tuple(number(value, digits=digits) for value, (_, _, digits, _) in zip(numbers, SPEED, strict=True))
