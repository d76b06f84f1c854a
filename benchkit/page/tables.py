"""Leaderboards as the page lays them out: the entries of ``benchkit table``, with what they are sorted by."""

from __future__ import annotations

from dataclasses import dataclass

from benchkit.measure.metrics import METRICS
from benchkit.report import Leaderboard
from benchkit.report.arrangement import Column
from benchkit.report.entry import Entry
from benchkit.report.formats.parts import one_line
from benchkit.report.sections import Section, metric_entries, metric_title
from benchkit.report.shown import RANKS, SPEED_TABLE, SWEEP


@dataclass(frozen=True)
class Shade:
    """One metric of the heat map.

    Attributes:
        name: of the metric.
        title: with unit and direction.
        higher_is_better: its direction.
        entries: rows × anomalies, as ``benchkit table`` shows them.
    """

    name: str
    title: str
    higher_is_better: bool
    entries: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True)
class HeatMap:
    """Detectors × anomalies in every metric.

    Attributes:
        rows: the detectors, in the order of the leaderboard.
        members: the anomalies, each alone.
        shades: one a metric, AUROC first.
    """

    rows: tuple[str, ...]
    members: tuple[str, ...]
    shades: tuple[Shade, ...]


def heat_map(board: Leaderboard) -> HeatMap:
    """Return a board's numbers, each anomaly alone: means over seeds."""
    cells = board.arrangement
    rows, columns = row_order(board), [Column(member, (member,)) for member in cells.members]
    shades = []
    for name, metric in METRICS.items():
        entries = metric_entries(cells, columns, name)
        numbers = tuple(entries[row][1:] for row in rows)  # without the mean
        shades.append(Shade(name, metric_title(name), metric.higher_is_better, numbers))
    return HeatMap(rows, cells.members, tuple(shades))


def row_order(board: Leaderboard) -> tuple[str, ...]:
    """Return the detectors in the order of the leaderboard."""
    first = next(section for section in board.sections if section.name in METRICS)
    return tuple(row.label for row in first.rows)


def value_of(entry: Entry) -> str:
    """Return what a column is sorted by: the unrounded number; nothing where there is none."""
    return "" if entry.value is None else repr(float(entry.value))


def clean_section(section: Section) -> dict[str, object]:
    """Return a section for the template: texts on one line each, numbers beside them."""
    return {
        "name": one_line(section.name),
        "title": one_line(section.title),
        "of_anomalies": section.name not in (RANKS, SPEED_TABLE) and not section.name.startswith(SWEEP),
        "notes": [one_line(note) for note in section.notes],
        "headings": [one_line(heading.label) for heading in section.headings],
        "rows": [
            {"label": one_line(row.label), "entries": [clean_entry(entry) for entry in row.entries]}
            for row in section.rows
        ],
    }


def clean_entry(entry: Entry) -> dict[str, object]:
    """Return an entry for the template."""
    return {"text": one_line(entry.text), "interval": entry.interval, "value": value_of(entry), "best": entry.best}
