"""What a reader has to know of a timing, as words that stand in its row: ``timing_flags`` of a cell.

A row without a word was timed until its median was sure, and nothing was seen to disturb it. Where it cannot be seen,
as on a system without ``/proc/stat`` or a GPU without NVIDIA's tools, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable

BUDGET = "budget"
CLOCK = "clock"
BUSY = "busy"
THROTTLED = "throttled"
SHARED = "shared"
HALVED = "halved"
VARIES = "varies"
MISSTATED = "misstated"

FLAGS: dict[str, str] = {
    BUDGET: "the budget was spent before the noise of the median was as low as asked for",
    CLOCK: "the clock jumped: impossible intervals were dropped and measured again",
    BUSY: "other work took more than a tenth of the processors' time",
    THROTTLED: "the GPU had lowered its clocks, for its heat or its power",
    SHARED: "another process was on the GPU",
    HALVED: "the batch did not fit in memory and was halved until it did",
    VARIES: "the same images had other scores while timed: the scorer draws at random, or looks at their batch",
    MISSTATED: "what the detector states of its own work cannot be used, so there is no share of the limit",
}
"""Every word with its meaning, in the order in which they stand in a row."""


def joined(words: Iterable[str]) -> str:
    """Return the words as a row holds them: each once, in the order of ``FLAGS``, separated by blanks."""
    there = set(words)
    return " ".join(word for word in FLAGS if word in there)


def split(text: str) -> tuple[str, ...]:
    """Return the words of a row."""
    return tuple(text.split())


def is_written_well(text: str) -> bool:
    """Return whether a text is what ``joined`` makes."""
    return text == joined(split(text))
