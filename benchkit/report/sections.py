"""The tables that one leaderboard is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchkit.measure.metrics import METRICS
from benchkit.report.arrangement import Arrangement, Column
from benchkit.report.entry import Entry, mark_best
from benchkit.report.estimates import row_entries
from benchkit.report.speed import SpeedColumn, speed_lines, there

MEAN = "Mean"


@dataclass(frozen=True)
class Heading:
    """The heading of a column of numbers.

    Attributes:
        label: what is shown.
        higher_is_better: its direction; None where no entry is the best of it.
    """

    label: str
    higher_is_better: bool | None


@dataclass(frozen=True)
class Row:
    """One line: a detector and its numbers, one for each heading."""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Section:
    """One table.

    Attributes:
        name: ``auroc``, ``ranks``, ``precision``, ``speed``, ``sweep``, or ``auroc of <group>``.
        title: what it shows, with unit and direction.
        headings: of the columns after the first, which holds the detectors.
        rows: in the leaderboard's order.
        notes: sentences that belong to this table alone.
    """

    name: str
    title: str
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


Entries = Mapping[str, tuple[Entry, ...]]
"""For each row its entries: the mean over the columns, then each column."""


def metric_section(cells: Arrangement, order: Sequence[str], metric: str, entries: Entries) -> Section:
    """Return detectors × anomalies for one metric: the mean over columns first, then each column."""
    labels = [MEAN, *(column.label for column in cells.columns)]
    rows = [(row, entries[row]) for row in order]
    return _section(metric, metric_title(metric), labels, METRICS[metric].higher_is_better, rows)


def member_section(cells: Arrangement, order: Sequence[str], group: Column) -> Section:
    """Return detectors × the members of one group, in AUROC, their mean first."""
    entries = metric_entries(cells, [Column(member, (member,)) for member in group.members], "auroc")
    title = f"{metric_title('auroc')}, each of {group.label}"
    rows = [(row, entries[row]) for row in order]
    return _section(f"auroc of {group.label}", title, [MEAN, *group.members], True, rows)


def speed_section(
    cells: Arrangement, order: Sequence[str], columns: Sequence[SpeedColumn], notes: tuple[str, ...] = ()
) -> Section:
    """Return throughput, latency, fitting time and the like; one line for each machine that a detector ran on."""
    columns = there(cells, columns)
    by_row = speed_lines(cells, columns)
    lines = [(row, machine, entries) for row in order for machine, entries in by_row[row]]
    machines = {machine for _, machine, _ in lines if machine}
    rows = [
        (f"{row} ({machine})" if len(machines) > 1 and machine else row, entries) for row, machine, entries in lines
    ]
    headings = tuple(Heading(column.heading, column.higher_is_better) for column in columns)
    # Numbers of two machines are not held against each other.
    marked = table(rows, headings) if len(machines) == 1 else tuple(Row(*row) for row in rows)
    largest = ", peak memory the largest" if any(column.is_largest for column in columns) else ""
    return Section("speed", f"Speed: medians over cells{largest}", headings, marked, notes)


def metric_title(metric: str) -> str:
    """Return a metric's title with direction and unit, such as ``AUROC ↑ (0 to 1)``."""
    found = METRICS[metric]
    unit = "0 to 1" if found.unit == "share" else found.unit
    where = " at the threshold" if found.at_threshold else ""
    return f"{found.title[0].upper()}{found.title[1:]}{where} {'↑' if found.higher_is_better else '↓'} ({unit})"


def metric_entries(cells: Arrangement, columns: Sequence[Column], metric: str) -> Entries:
    """Return each row's entries: the mean over the columns, then each column."""
    return {row: row_entries(cells, row, columns, metric) for row in cells.rows}


def _section(
    name: str, title: str, labels: Sequence[str], higher: bool, rows: Sequence[tuple[str, tuple[Entry, ...]]]
) -> Section:
    headings = tuple(Heading(label, higher) for label in labels)
    return Section(name, title, headings, table(rows, headings))


def table(rows: Sequence[tuple[str, tuple[Entry, ...]]], headings: Sequence[Heading]) -> tuple[Row, ...]:
    """Return labels and entries as rows, with the best of each column marked."""
    columns = [_column([entries[place] for _, entries in rows], heading) for place, heading in enumerate(headings)]
    return tuple(Row(label, tuple(column[line] for column in columns)) for line, (label, _) in enumerate(rows))


def _column(entries: Sequence[Entry], heading: Heading) -> Sequence[Entry]:
    higher = heading.higher_is_better
    return entries if higher is None else mark_best(entries, higher_is_better=higher)
