"""The tables that one leaderboard is made of."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from benchkit.measure.metrics import METRICS
from benchkit.report.arrangement import Arrangement, Column
from benchkit.report.entry import Entry, mark_best, over_seeds
from benchkit.report.remarks import machine_title

MEAN = "Mean"


@dataclass(frozen=True)
class Heading:
    """The heading of a column of numbers.

    Attributes:
        label: what is shown.
        higher_is_better: its direction.
    """

    label: str
    higher_is_better: bool


@dataclass(frozen=True)
class Row:
    """One line: a detector and its numbers, one for each heading."""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Section:
    """One table.

    Attributes:
        name: ``auroc``, ``precision``, ``speed``, or ``auroc of <group>``.
        title: what it shows, with unit and direction.
        headings: of the columns after the first, which holds the detectors.
        rows: in the leaderboard's order.
    """

    name: str
    title: str
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]


SPEED: tuple[tuple[str, str, int, bool], ...] = (
    ("images_per_second", "images/s ↑", 0, True),
    ("latency_p50_ms", "p50 ms ↓", 2, False),
    ("latency_p99_ms", "p99 ms ↓", 2, False),
    ("fit_seconds", "fit s ↓", 2, False),
    ("view_seconds", "view s ↓", 2, False),
    ("peak_memory_mb", "peak MB ↓", 0, False),
)
"""Field, heading, digits and direction of the columns of the speed table."""

_PER_BATCH = {"images_per_second", "latency_p50_ms", "latency_p99_ms"}


def metric_section(cells: Arrangement, order: Sequence[str], metric: str) -> Section:
    """Return detectors × anomalies for one metric: the mean over columns first, then each column."""
    rows = [(row, metric_entries(cells, row, cells.columns, metric)) for row in order]
    labels = [MEAN, *(column.label for column in cells.columns)]
    return _section(metric, metric_title(metric), labels, METRICS[metric].higher_is_better, rows)


def member_section(cells: Arrangement, order: Sequence[str], group: Column) -> Section:
    """Return detectors × the members of one group, in AUROC, their mean first."""
    single = tuple(Column(member, (member,)) for member in group.members)
    rows = [(row, metric_entries(cells, row, single, "auroc")) for row in order]
    title = f"{metric_title('auroc')}, each of {group.label}"
    return _section(f"auroc of {group.label}", title, [MEAN, *group.members], True, rows)


def speed_section(cells: Arrangement, order: Sequence[str]) -> Section:
    """Return throughput, latency, fitting time and memory; one line for each machine that a detector ran on."""
    lines = [line for row in order for line in _speed_lines(cells, row)]
    machines = {machine for _, machine, _ in lines if machine}
    rows = [
        (f"{row} ({machine})" if len(machines) > 1 and machine else row, entries) for row, machine, entries in lines
    ]
    headings = tuple(Heading(label, higher) for _, label, _, higher in SPEED)
    # Numbers of two machines are not held against each other.
    marked = _marked(rows, headings) if len(machines) == 1 else tuple(Row(*row) for row in rows)
    return Section("speed", "Speed: medians over cells, peak memory the largest", headings, marked)


def _speed_lines(cells: Arrangement, row: str) -> list[tuple[str, str, tuple[Entry, ...]]]:
    """Return a row's lines: its label, the machine, the numbers."""
    by_machine: dict[str, list[dict[str, Any]]] = {}
    for record in cells.find(row).values():
        if record["status"] == "ok":
            by_machine.setdefault(machine_title(record["device_name"], record["threads"]), []).append(record)
    lines = []
    for machine, records in sorted(by_machine.items()):
        batch, timed = _with_largest_batch(records)
        lines.append((row, f"{machine}, batches of {batch}", _speeds(records, timed)))
    return lines or [(row, "", _speeds([], []))]


def _with_largest_batch(records: Sequence[dict[str, Any]]) -> tuple[int, list[dict[str, Any]]]:
    """Keep the cells with the largest batch: a held-out class leaves few images, and a small batch is another time."""
    sizes = [0 if pd.isna(record["batch_size"]) else int(record["batch_size"]) for record in records]
    return max(sizes), [record for record, size in zip(records, sizes, strict=True) if size == max(sizes)]


def metric_title(metric: str) -> str:
    """Return a metric's title with direction and unit, such as ``AUROC ↑ (0 to 1)``."""
    found = METRICS[metric]
    unit = "0 to 1" if found.unit == "share" else found.unit
    where = " at the threshold" if found.at_threshold else ""
    return f"{found.title[0].upper()}{found.title[1:]}{where} {'↑' if found.higher_is_better else '↓'} ({unit})"


def metric_entries(cells: Arrangement, row: str, columns: Sequence[Column], metric: str) -> tuple[Entry, ...]:
    """Return a row's entries: the mean over the columns, then each column.

    A column is averaged over its members, then the columns with equal weight, one seed at a time; the spread is
    that of these means over seeds. One missing cell leaves its column, and the mean, without a number.
    """
    found = cells.find(row)
    by_column: list[list[float | None]] = []
    entries: list[Entry] = []
    for column in columns:
        records = [[found.get((member, seed)) for member in column.members] for seed in cells.seeds[row]]
        trouble = [_status(record) for seed in records for record in seed if _status(record) != "ok"]
        values = [] if trouble else [mean_or_none([known(record, metric) for record in seed]) for seed in records]
        by_column.append(values)
        entries.append(Entry(text=trouble[0]) if trouble else over_seeds(values))
    complete = bool(by_column) and all(by_column)
    means = [mean_or_none(values) for values in zip(*by_column, strict=True)] if complete else []
    return (over_seeds(means), *entries)


def known(record: dict[str, Any] | None, field: str) -> float | None:
    """Return a cell's number; None where it is undefined."""
    value = None if record is None else record[field]
    return None if value is None or math.isnan(value) else float(value)


def mean_or_none(values: Sequence[float | None]) -> float | None:
    """Return the mean; None when one of the values is: an undefined number is not averaged away."""
    defined = [value for value in values if value is not None]
    return statistics.fmean(defined) if defined and len(defined) == len(values) else None


def _status(record: dict[str, Any] | None) -> str:
    return "missing" if record is None else str(record["status"])


def _speeds(records: Sequence[dict[str, Any]], timed: Sequence[dict[str, Any]]) -> tuple[Entry, ...]:
    entries = []
    for field, _, digits, _ in SPEED:
        source = timed if field in _PER_BATCH else records
        values = [value for value in (known(record, field) for record in source) if value is not None]
        summary = (max if field == "peak_memory_mb" else statistics.median)(values) if values else None
        entries.append(over_seeds([summary], digits=digits))
    return tuple(entries)


def _section(
    name: str, title: str, labels: Sequence[str], higher: bool, rows: Sequence[tuple[str, tuple[Entry, ...]]]
) -> Section:
    headings = tuple(Heading(label, higher) for label in labels)
    return Section(name, title, headings, _marked(rows, headings))


def _marked(rows: Sequence[tuple[str, tuple[Entry, ...]]], headings: Sequence[Heading]) -> tuple[Row, ...]:
    columns = [
        mark_best([entries[place] for _, entries in rows], higher_is_better=heading.higher_is_better)
        for place, heading in enumerate(headings)
    ]
    return tuple(Row(label, tuple(column[line] for column in columns)) for line, (label, _) in enumerate(rows))
