"""Cells that were stored more than once, as after a retry: the last one counts."""

from __future__ import annotations

import pandas as pd

IDENTITY = ("dataset", "detector", "settings", "anomaly", "seed")
"""What makes two cells of a run the same cell."""

_NAMED = 20
"""So many of them are named; a retry of a large run repeats thousands."""


def last_of_each(cells: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the cells, of equal ones the last, in the order in which these were stored; and what to say of it."""
    again = cells.duplicated(list(IDENTITY), keep="first")
    if not again.any():
        return cells, ()
    kept = cells[~cells.duplicated(list(IDENTITY), keep="last")].reset_index(drop=True)
    return kept, _notes(cells[again])


def _notes(again: pd.DataFrame) -> tuple[str, ...]:
    """Return a sentence for each of the first, and one for all the others."""
    each = again[["detector", "dataset", "anomaly", "seed"]].drop_duplicates()
    named = [
        f"{detector} on {dataset}, {anomaly}, seed {seed}: stored more than once; the last one counts."
        for detector, dataset, anomaly, seed in each[:_NAMED].itertuples(index=False)
    ]
    more = len(each) - len(named)
    return (*named, *([f"{more} more: stored more than once; the last one of each counts."] if more > 0 else []))
