"""How far a run is: a bar on a terminal, a line now and then anywhere else."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from benchkit.results import Cell

EVERY = 60.0
"""Seconds between two lines in a log."""


class Progress:
    """Told of a run while it goes on.

    Args:
        bar: tqdm's; disabled where standard error is no terminal.
        line: another of tqdm's, below it, for what is at work; None: it is not shown.
    """

    def __init__(self, bar: Any, line: Any = None) -> None:
        self._bar = bar
        self._line_below = line
        self._since: dict[str, float] = {}
        self._total = 0
        self._counts: Counter[str] = Counter()
        self._began = self._last = time.monotonic()

    def begin(self, total: int) -> None:
        """Begin with so many cells to do."""
        self._bar.reset(total)
        self._total, self._began = total, time.monotonic()

    def advance(self, cell: Cell) -> None:
        """Count a cell."""
        self._counts[cell.status] += 1
        self._bar.set_postfix_str(f"{cell.detector} × {cell.anomaly}", refresh=False)
        self._bar.update()
        self.at_work(list(self._since))
        if self._bar.disable and time.monotonic() - self._last >= EVERY:
            self._last = time.monotonic()
            click.echo(f"benchkit: {self._line()}", err=True)

    def at_work(self, titles: list[str]) -> None:
        """Show which fit groups are at work, each with the seconds since it began."""
        now = time.monotonic()
        self._since = {title: self._since.get(title, now) for title in titles}
        if self._line_below is not None and not self._line_below.disable:
            shown = [f"{title} {_seconds(now - since)}".rstrip() for title, since in self._since.items()]
            self._line_below.set_description_str("at work: " + " · ".join(shown) if shown else "")

    def _line(self) -> str:
        done = self._counts.total()
        bad = [f"{number} {status}" for status, number in self._counts.items() if status != "ok"]
        left = (time.monotonic() - self._began) / done * (self._total - done) / 60
        return f"{', '.join([f'{done} of {self._total} cells', *bad])}; about {left:.0f} min left"

    def say(self, text: str) -> None:
        """Show what plugins printed: a terminal is to show it, not to obey it."""
        from tqdm import tqdm

        from benchkit.registry import printable_lines

        if text:
            tqdm.write(printable_lines(text), file=sys.stderr, end="" if text.endswith("\n") else "\n")


def _seconds(passed: float) -> str:
    """Return how long it has been at work; nothing where that is not worth saying."""
    return f"({passed:.0f} s)" if passed >= 1 else ""
