"""Plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from tabulate import tabulate

from benchkit.compare.comparison import Comparison
from benchkit.compare.formats.layout import HEADINGS, layout
from benchkit.report.formats.parts import one_line

_RIGHT = {"BASE", "HEAD", "p"}


def render(comparison: Comparison) -> str:
    """Return the comparison as plain text, what fails first, the outcome last."""
    return "\n\n".join(_blocks(comparison)) + "\n"


def _blocks(comparison: Comparison) -> Iterator[str]:
    found = layout(comparison)
    yield f"BASE {one_line(comparison.base)}\nHEAD {one_line(comparison.head)}"
    if comparison.refused:
        yield "\n".join(f"FORCED, not comparable: {one_line(text)}" for text in comparison.refused)
    if found.rows:
        rows = [[one_line(text) for text in row] for row in found.rows]
        align = ["right" if heading in _RIGHT else "left" for heading in HEADINGS]
        yield tabulate(rows, HEADINGS, tablefmt="simple", disable_numparse=True, colalign=align)
    for remarks in (found.unjudged, comparison.notes, found.counts):
        if remarks:
            yield "\n".join(f"- {one_line(text)}" for text in remarks)
    yield found.closing
