"""Markdown as GitHub reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tabulate import tabulate

from benchkit.report.formats.parts import NO_CELLS, grid, one_line
from benchkit.report.leaderboard import Leaderboard
from benchkit.report.sections import Section

_SPECIAL = re.compile(r"([\\`*_\[\]|~$])")
_AT_THE_START = re.compile(r"^(|\d+)([#+=-]|(?<=\d)[.)](?=\s|$))")
"""What makes a heading, a rule or a list of a line that it begins."""


def escape(text: str) -> str:
    """Return ``text`` so that Markdown shows it as it is: no markup, no HTML, no further column."""
    plain = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _AT_THE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", plain))


def render(leaderboards: Sequence[Leaderboard]) -> str:
    """Return the leaderboards as Markdown."""
    return "\n\n".join(_board(board) for board in leaderboards) + "\n" if leaderboards else f"{NO_CELLS}\n"


def _board(board: Leaderboard) -> str:
    caption = " ".join(escape(line) for line in (*board.caption, "Bold is the best of its column."))
    notes = ["\n".join(f"- {escape(note)}" for note in board.footnotes)] if board.footnotes else []
    return "\n\n".join([f"## {escape(board.title)}", caption, *map(_section, board.sections), *notes])


def _section(section: Section) -> str:
    headings, rows = grid(section, escape=escape, strong=lambda text: f"**{text}**", beside=_beside)
    align = ("left", *("right" for _ in headings[1:]))
    table = tabulate(rows, headings, tablefmt="pipe", disable_numparse=True, colalign=align)
    notes = [" ".join(map(escape, section.notes))] if section.notes else []
    return "\n\n".join([f"### {escape(section.title)}", *notes, table])


def _beside(text: str, interval: str) -> str:
    """Where a table is too wide, GitHub breaks it before the interval and nowhere else."""
    return " ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in (text, interval))
