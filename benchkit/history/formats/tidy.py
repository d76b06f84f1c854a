"""CSV for spreadsheets: one line a point, numbers unrounded, empty where there is none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from benchkit.history.series import History, Point, Series
from benchkit.report.formats.parts import one_line

COLUMNS: tuple[str, ...] = (
    "metric", "dataset", "device", "detector", "column", "protocol", "machine", "series",
    "run", "started", "commit", "dirty", "status", "value", "low", "high", "change", "change_noises", "notes",
)  # fmt: skip
"""The header. ``series`` counts from 1: only lines with the same number can be compared."""


def render(history: History) -> str:
    """Return the points as CSV with a header."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, series in enumerate(history.series, start=1):
        place = [_text(text) for text in _place(series)]
        writer.writerows([history.quantity.name, *place, number, *_point(point)] for point in series.points)
    return file.getvalue()


def _place(series: Series) -> Iterator[str]:
    key = series.key
    yield from (key.dataset, key.device, key.detector, key.column, key.protocol, key.machine)


def _point(point: Point) -> list[str]:
    change = point.change
    numbers = (point.value, point.low, point.high, change and change.difference, change and change.noises)
    return [
        *map(_text, (point.run, point.started, point.commit)),
        str(point.dirty).lower(),
        _text(point.status),
        *("" if number is None else repr(number) for number in numbers),
        _text("; ".join(point.notes)),
    ]


def _text(value: str) -> str:
    """Spreadsheets run a text that begins with one of ``=+-@`` as a formula; a quote in front keeps it text."""
    text = one_line(value)
    return f"'{text}" if text[:1] in tuple("=+-@") else text
