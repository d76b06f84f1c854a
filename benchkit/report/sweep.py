"""Sizes of batches that were timed beside the usual one: as a frame, and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
import pandas as pd

from benchkit.errors import StoreError
from benchkit.measure.sweep import SizeTiming
from benchkit.report.arrangement import Arrangement
from benchkit.report.entry import number
from benchkit.report.remarks import machine_title
from benchkit.report.sections import Heading, Row, Section, table
from benchkit.report.timing_notes import counted_flags, flag_notes
from benchkit.results import StoredRun, TimingRecord, read_timings

PLACE = ("dataset", "detector", "settings", "seed", "anomaly", "device", "device_name", "threads")
"""What a line of the frame is of, before its numbers."""

NUMBERS = tuple(field.name for field in fields(SizeTiming))
"""The numbers of a line; ``flags`` is a text."""

SHOWN: tuple[tuple[str, str, int, bool | None, float], ...] = (
    ("images_per_second", "images/s ↑", 0, True, 1.0),
    ("latency_p50_ms", "p50 ms ↓", 2, False, 1.0),
    ("latency_p95_ms", "p95 ms ↓", 2, False, 1.0),
    ("latency_p99_ms", "p99 ms ↓", 2, False, 1.0),
    ("noise", "noise ± %", 1, None, 100.0),
)
"""Field, heading, digits, direction and factor of the columns."""

_NONE = "No other sizes were timed: `benchkit run --batch-sizes 1,64,1024,16384` does."
_FULL = "Every batch is full: one of more images than there are holds the same ones several times over, in their order."
_KEY = ["detector", "settings", "seed", "anomaly"]


def sweep_of(runs: Iterable[StoredRun]) -> pd.DataFrame:
    """Return one line a cell and size of batch, with ``PLACE`` and ``NUMBERS`` as columns; of equal ones the last.

    Args:
        runs: stored runs; those that swept over no sizes take no time.
    """
    lines = [line for run in runs if _swept(run) for record in _timings(run) for line in _lines(record)]
    frame = pd.DataFrame(lines, columns=[*PLACE, *NUMBERS])
    return frame.drop_duplicates([*PLACE, "asked"], keep="last", ignore_index=True)


def _swept(run: StoredRun) -> bool:
    """Whether a run asked for sizes; its file of times, which may be large, is not read for nothing."""
    settings = run.manifest.get("settings")
    return isinstance(settings, dict) and bool(settings.get("batch_sizes"))


def _timings(run: StoredRun) -> Sequence[TimingRecord]:
    try:
        return read_timings(run.folder)
    except StoreError:  # `benchkit verify` says so; the cells are there
        return ()


def _lines(record: TimingRecord) -> Iterator[dict[str, Any]]:
    shared = {name: getattr(record, name) for name in PLACE if name != "anomaly"}
    for anomaly in record.anomalies:
        yield from ({**shared, "anomaly": anomaly, **asdict(size)} for size in record.sweep)


def of_board(sweep: pd.DataFrame, cells: Arrangement, *, dataset: str, kind: str) -> pd.DataFrame:
    """Return the lines that belong to a board's cells, with one more column: ``row``."""
    kinds = [device.partition(":")[0] for device in sweep["device"]]
    mine: pd.DataFrame = sweep[sweep["dataset"].eq(dataset) & (np.array(kinds, dtype=object) == kind)]
    if mine.empty:
        return mine.assign(row="")
    shown = cells.cells.loc[cells.cells["status"].eq("ok"), [*_KEY, "row"]].astype({"row": str})
    named = shown.astype({name: str for name in _KEY if name != "seed"}).drop_duplicates(_KEY)
    merged: pd.DataFrame = mine.merge(named, on=_KEY)
    return merged


def sweep_section(lines: pd.DataFrame, order: Sequence[str], *, always: bool) -> tuple[Section, ...]:
    """Return the table of speed by size of batch; none where no size was swept over, unless it was asked for.

    Args:
        lines: those of the board.
        order: the detectors, best first.
        always: show an empty table rather than none.
    """
    if lines.empty and not always:
        return ()
    headings = tuple(Heading(label, higher) for _, label, _, higher, _ in SHOWN)
    notes = (_FULL, *_flags(lines, order)) if len(lines) else (_NONE,)
    rows = tuple(_rows(lines, order, headings))
    return (Section("sweep", "Speed by batch size: medians over fit groups", headings, rows, notes),)


def _rows(lines: pd.DataFrame, order: Sequence[str], headings: Sequence[Heading]) -> Iterator[Row]:
    """Yield the rows by detector, machine and size; the best of a column is the best at its size, on one machine."""
    titles = [machine_title(*pair) for pair in lines[["device_name", "threads"]].itertuples(index=False)]
    by_size = lines.assign(machine=titles).groupby(["row", "machine", "asked"])
    numbers = by_size[[field for field, *_ in SHOWN]].median()
    several = len(set(titles)) > 1
    made: dict[tuple[str, str, int], Row] = {}
    for size in sorted(lines["asked"].unique()):
        there = [key for key in numbers.index if key[2] == size]
        named = [(_label(key, several), _entries(numbers.loc[key])) for key in there]
        made.update(zip(there, [Row(*row) for row in named] if several else table(named, headings), strict=True))
    places = {row: place for place, row in enumerate(order)}
    yield from (made[key] for key in sorted(made, key=lambda key: (places[key[0]], *key[1:])))


def _label(key: tuple[str, str, int], several: bool) -> str:
    row, machine, size = key
    return f"{row} ({machine}, batches of {size})" if several else f"{row} (batches of {size})"


def _entries(numbers: pd.Series[float]) -> tuple[Any, ...]:
    return tuple(number(factor * float(numbers[field]), digits=digits) for field, _, digits, _, factor in SHOWN)


def _flags(lines: pd.DataFrame, order: Sequence[str]) -> Iterator[str]:
    """Yield what the sizes say, counted over fit groups and sizes; and how far those were halved that did not fit."""
    groups = lines.drop_duplicates([*NUMBERS, "row", "seed"])
    yield from flag_notes(counted_flags(groups, "flags"), order, "timing")
    smaller = groups[groups["batch_size"] < groups["asked"]].groupby(["row", "asked"])["batch_size"].min().reset_index()
    shown = [f"{row} {size} of {asked}" for row, asked, size in smaller.itertuples(index=False, name=None)]
    if shown:
        yield f"Images a batch that fitted: {', '.join(shown)}."
