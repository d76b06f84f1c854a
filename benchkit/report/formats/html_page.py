"""One HTML page that needs no other file, no script and no network."""

from __future__ import annotations

import html
from collections.abc import Sequence

from tabulate import tabulate

from benchkit.report.formats.parts import NO_CELLS, grid, one_line
from benchkit.report.leaderboard import Leaderboard
from benchkit.report.sections import Section

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; color: #222; }
div.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem; border-bottom: 1px solid #ddd; white-space: nowrap; }
thead th { border-bottom: 2px solid #888; }
td small { display: block; color: #666; }
""".strip()


def escape(text: str) -> str:
    """Return ``text`` so that a browser shows it as it is."""
    return html.escape(one_line(text))


def render(leaderboards: Sequence[Leaderboard]) -> str:
    """Return the leaderboards as one page."""
    body = "\n".join(_board(board) for board in leaderboards) if leaderboards else f"<p>{NO_CELLS}</p>"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>benchkit leaderboard</title>\n'
        f"<style>\n{_STYLE}\n</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _board(board: Leaderboard) -> str:
    caption = " ".join(escape(line) for line in (*board.caption, "Bold is the best of its column."))
    notes = "\n".join(f"<li>{escape(note)}</li>" for note in board.footnotes)
    parts = [f"<h2>{escape(board.title)}</h2>", f"<p>{caption}</p>", *map(_section, board.sections)]
    return "\n".join([*parts, f"<ul>\n{notes}\n</ul>"] if notes else parts)


def _section(section: Section) -> str:
    headings, rows = grid(section, escape=escape, strong=lambda text: f"<strong>{text}</strong>", beside=_beside)
    align = ("left", *("right" for _ in headings[1:]))
    table = tabulate(rows, headings, tablefmt="unsafehtml", disable_numparse=True, colalign=align)  # escaped by us
    notes = f"<p>{' '.join(map(escape, section.notes))}</p>\n" if section.notes else ""
    return f'<h3>{escape(section.title)}</h3>\n{notes}<div class="wide">\n{table}\n</div>'


def _beside(text: str, interval: str) -> str:
    return f"{text}<small>{interval}</small>"
