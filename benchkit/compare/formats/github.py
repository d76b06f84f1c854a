"""Markdown as GitHub reads it: for a step summary or a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from tabulate import tabulate

from benchkit.compare.comparison import Comparison
from benchkit.compare.formats.layout import HEADINGS, layout
from benchkit.report.formats.github import escape


def render(comparison: Comparison) -> str:
    """Return the comparison as Markdown, the outcome first."""
    return "\n\n".join(_blocks(comparison)) + "\n"


def _blocks(comparison: Comparison) -> Iterator[str]:
    found = layout(comparison)
    yield f"## {escape(comparison.base)} → {escape(comparison.head)}"
    yield f"**{escape(found.closing)}**"
    if comparison.refused:
        yield "\n".join(f"- **FORCED, not comparable:** {escape(text)}" for text in comparison.refused)
    if found.rows:
        rows = [[escape(text) for text in row] for row in found.rows]
        yield tabulate(rows, [escape(text) for text in HEADINGS], tablefmt="pipe", disable_numparse=True)
    for remarks in (found.unjudged, comparison.notes, found.counts):
        if remarks:
            yield "\n".join(f"- {escape(text)}" for text in remarks)
