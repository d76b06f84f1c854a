"""What the formats share: text made harmless, and a section as a grid of strings."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from benchkit.report.entry import Entry
from benchkit.report.sections import Section

NO_CELLS = "No cells were recorded."
FIRST_HEADING = "detector"

_BREAKS = {"\n", "\r", "\t", "\v", "\f", "\x85", "\u2028", "\u2029"}


def one_line(text: str) -> str:
    """Return ``text`` on one line, without characters that steer a terminal or turn the reading direction."""
    kept = ("".join(" " if letter in _BREAKS else letter for letter in text)).strip()
    return "".join("\ufffd" if unicodedata.category(letter) in {"Cc", "Cf", "Cs"} else letter for letter in kept)


def grid(
    section: Section,
    *,
    escape: Callable[[str], str],
    strong: Callable[[str], str],
    beside: Callable[[str, str], str],
) -> tuple[list[str], list[list[str]]]:
    """Return a section's headings and rows, escaped, with the best of each column made strong.

    Args:
        section: what to lay out.
        escape: makes a text harmless in the format.
        strong: sets an escaped text in bold.
        beside: puts an interval, which is made of digits, points and brackets, to its number.
    """

    def shown(entry: Entry) -> str:
        text = strong(escape(entry.text)) if entry.best else escape(entry.text)
        return beside(text, entry.interval) if entry.interval else text

    headings = [FIRST_HEADING, *(escape(heading.label) for heading in section.headings)]
    return headings, [[escape(row.label), *map(shown, row.entries)] for row in section.rows]
