"""One number as a table shows it."""

from __future__ import annotations

import math
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
        low: lower end of its interval, unrounded; None where there is none.
        high: upper end of it.
        text: what is shown: the rounded number with its spread, ``—``, or how the cell ended.
        interval: what is shown of the interval, such as ``[.988 .991]``; empty where there is none.
        best: the best of its column, as shown; ties are all the best.
    """

    value: float | None = None
    spread: float | None = None
    low: float | None = None
    high: float | None = None
    text: str = UNDEFINED
    interval: str = ""
    best: bool = False


def number(value: float | None, *, digits: int) -> Entry:
    """Return an entry of one number that has neither spread nor interval, such as a time."""
    return Entry() if value is None or math.isnan(value) else Entry(value, text=f"{value:,.{digits}f}")


def share(value: float, spread: float, low: float, high: float) -> Entry:
    """Return an entry of a number from 0 to 1, shown with three digits; NaN is what there is not."""
    if math.isnan(value):
        return Entry()
    text = f"{value:.3f}" if math.isnan(spread) else f"{value:.3f} ± {_bare(spread)}"
    if math.isnan(low) or math.isnan(high):
        return Entry(value, _known(spread), text=text)
    return Entry(value, _known(spread), low, high, text, f"[{_bare(low)} {_bare(high)}]")


def _bare(value: float) -> str:
    """Return three digits without the zero in front: ``.988``, ``1.000``."""
    return f"{value:.3f}".removeprefix("0")


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def mark_best(entries: Sequence[Entry], *, higher_is_better: bool) -> list[Entry]:
    """Return the entries of one column with the best of them marked, compared as rounded and shown."""
    shown = [_shown(entry) for entry in entries]
    numbers = [number for number in shown if number is not None]
    if not numbers:
        return list(entries)
    best = max(numbers) if higher_is_better else min(numbers)
    return [
        replace(entry, best=True) if number == best else entry for entry, number in zip(entries, shown, strict=True)
    ]


def _shown(entry: Entry) -> float | None:
    return None if entry.value is None else float(entry.text.partition(" ")[0].replace(",", ""))
