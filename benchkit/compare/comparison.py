"""The result of a comparison, and what a gate makes of it."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from benchkit.compare.judgement import Judgement
from benchkit.registry import printable

DOCUMENT_VERSION = 1
"""Version of ``to_dict``'s result."""


@dataclass(frozen=True)
class Comparison:
    """Two runs, or two files of benchmarks, side by side.

    Attributes:
        base: what was compared with, as it was given.
        head: what was judged, as it was given.
        judgements: one a cell and metric, in the order of BASE's cells.
        notes: what is worth knowing, one sentence each; may hold text of plugins.
        refused: what is not comparable and was compared all the same (``force``), one sentence each; else empty.
    """

    base: str
    head: str
    judgements: tuple[Judgement, ...]
    notes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return the two sides and how often each verdict was given."""
        counts = Counter(each.verdict for each in self.judgements)
        found = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
        return f"<Comparison {printable(self.base)} → {printable(self.head)}: {found or 'nothing'}>"

    @property
    def failures(self) -> tuple[Judgement, ...]:
        """Return what fails the gate."""
        return tuple(each for each in self.judgements if each.fails)

    @property
    def exit_status(self) -> int:
        """Return what the command line ends with: 0 where nothing fails, else 1."""
        return 1 if self.failures else 0

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        return {
            "version": DOCUMENT_VERSION,
            "base": self.base,
            "head": self.head,
            "exit_status": self.exit_status,
            "refused": list(self.refused),
            "notes": list(self.notes),
            "counts": dict(Counter(each.verdict for each in self.judgements)),
            "judgements": [_finite(each.to_dict()) for each in self.judgements],
        }


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values; numbers that JSON does not know are None."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in values.items()
    }
