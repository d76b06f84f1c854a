"""Plain text for the terminal."""

from __future__ import annotations

from tabulate import tabulate

from benchkit.history import rows
from benchkit.history.quantity import Quantity
from benchkit.history.series import History, Series
from benchkit.report.formats.parts import one_line


def render(history: History) -> str:
    """Return one table a series."""
    each = [_series(series, history.quantity) for series in history.series] or [rows.NO_SERIES]
    notes = [f"- {one_line(note)}" for note in (rows.explanation(history), *history.notes) if note]
    return "\n\n".join([*each, *(["\n".join(notes)] if notes else [])]) + "\n"


def _series(series: Series, quantity: Quantity) -> str:
    headings, lines = rows.table(series, quantity)
    align = tuple("right" if place == len(rows.HEADINGS) else "left" for place in range(len(headings)))
    escaped = [[one_line(text) for text in line] for line in lines]
    title = one_line(rows.title(series, quantity))
    table = tabulate(escaped, headings, tablefmt="simple", disable_numparse=True, colalign=align)
    return "\n".join([title, "=" * len(title), *map(one_line, rows.caption(series)), "", table])
