"""Plain text for the terminal; the best of each column has a star."""

from __future__ import annotations

from collections.abc import Sequence

from tabulate import tabulate

from benchkit.report.formats.heat import heated
from benchkit.report.formats.parts import NO_CELLS, grid, one_line
from benchkit.report.leaderboard import Leaderboard
from benchkit.report.sections import Section


def render(leaderboards: Sequence[Leaderboard], *, colour: bool = False) -> str:
    """Return the leaderboards as plain text, or for a terminal that has colours."""
    return "\n\n".join(_board(board, colour) for board in leaderboards) + "\n" if leaderboards else f"{NO_CELLS}\n"


def _board(board: Leaderboard, colour: bool) -> str:
    title = one_line(board.title)
    head = [f"{title}\n{'=' * len(title)}", "\n".join(map(one_line, [*board.caption, "* is the best of its column."]))]
    notes = ["\n".join(f"- {one_line(note)}" for note in board.footnotes)] if board.footnotes else []
    return "\n\n".join([*head, *(_section(section, colour) for section in board.sections), *notes])


def _section(section: Section, colour: bool) -> str:
    # A blank where there is no star keeps the digits of a column below each other.
    headings, rows = grid(section, escape=one_line, strong=lambda text: f"{text}*", beside=_beside)
    rows = [[first, *map(_with_room, rest)] for first, *rest in rows]
    if colour:
        rows = [
            [first, *(heated(text, entry, section) for text, entry in zip(rest, row.entries, strict=True))]
            for (first, *rest), row in zip(rows, section.rows, strict=True)
        ]
    align = ("left", *("right" for _ in headings[1:]))
    table = tabulate(rows, headings, tablefmt="simple", disable_numparse=True, colalign=align, preserve_whitespace=True)
    notes = ["\n".join(map(one_line, section.notes))] if section.notes else []
    return "\n\n".join([one_line(section.title), *notes, table])


def _beside(text: str, interval: str) -> str:
    """Return the interval below its number: beside it, a table of eight columns is wider than a terminal."""
    return f"{_with_room(text)}\n{interval} "


def _with_room(text: str) -> str:
    return text if text.endswith(("*", " ")) else f"{text} "
