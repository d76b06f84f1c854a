"""One number as a table shows it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

UNDEFINED = "—"
"""Shown where a cell ended well and the number is undefined, and where there is no number at all."""


@dataclass(frozen=True)
class Entry:
    """A number, or why there is none.

    Attributes:
        value: the number, unrounded; None where there is none.
        spread: its standard deviation over seeds (n - 1 in the denominator); None with one seed.
        text: what is shown: the rounded number with its spread, ``—``, or how the cell ended.
        best: the best of its column, as shown; ties are all the best.
    """

    value: float | None = None
    spread: float | None = None
    text: str = UNDEFINED
    best: bool = False


def over_seeds(values: Sequence[float | None], *, digits: int = 3) -> Entry:
    """Return mean and spread of one value a seed; undefined when one of them is."""
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return Entry()
    mean = statistics.fmean(known)
    spread = deviation(known)
    text = f"{mean:,.{digits}f}" + ("" if spread is None else f" ± {spread:,.{digits}f}")
    return Entry(mean, spread, text)


def mean_or_none(values: Sequence[float | None]) -> float | None:
    """Return the mean; None when one of the values is: an undefined number is not averaged away."""
    defined = [value for value in values if value is not None]
    return statistics.fmean(defined) if defined and len(defined) == len(values) else None


def deviation(values: Sequence[float]) -> float | None:
    """Return the standard deviation with n - 1 in the denominator; None of fewer than two values.

    ``statistics.stdev`` computes with fractions, which takes seconds for the entries of a large leaderboard.
    """
    if len(values) < 2:
        return None
    mean = statistics.fmean(values)
    return math.hypot(*(value - mean for value in values)) / math.sqrt(len(values) - 1)


def mark_best(entries: Sequence[Entry], *, higher_is_better: bool) -> list[Entry]:
    """Return the entries of one column with the best of them marked, compared as rounded and shown."""
    shown = [_shown(entry) for entry in entries]
    numbers = [number for number in shown if number is not None]
    if not numbers:
        return list(entries)
    best = max(numbers) if higher_is_better else min(numbers)
    return [replace(entry, best=number == best) for entry, number in zip(entries, shown, strict=True)]


def _shown(entry: Entry) -> float | None:
    return None if entry.value is None else float(entry.text.partition(" ")[0].replace(",", ""))
