"""Markdown as GitHub reads it."""

from __future__ import annotations

from tabulate import tabulate

from benchkit.history import rows
from benchkit.history.quantity import Quantity
from benchkit.history.series import History, Series
from benchkit.report.formats.github import escape


def render(history: History) -> str:
    """Return one table a series."""
    each = [_series(series, history.quantity) for series in history.series] or [rows.NO_SERIES]
    notes = [f"- {escape(note)}" for note in (rows.explanation(history), *history.notes) if note]
    return "\n\n".join([*each, *(["\n".join(notes)] if notes else [])]) + "\n"


def _series(series: Series, quantity: Quantity) -> str:
    headings, lines = rows.table(series, quantity)
    align = tuple("right" if place == len(rows.HEADINGS) else "left" for place in range(len(headings)))
    escaped = [[escape(text) for text in line] for line in lines]
    table = tabulate(escaped, headings, tablefmt="pipe", disable_numparse=True, colalign=align)
    caption = " ".join(escape(line) for line in rows.caption(series))
    return f"### {escape(rows.title(series, quantity))}\n\n{caption}\n\n{table}"
