"""Cells that were stored more than once, as after a retry: the last one counts."""

from __future__ import annotations

import pandas as pd

IDENTITY = ("dataset", "detector", "settings", "anomaly", "seed")
"""What makes two cells of a run the same cell."""


def last_of_each(cells: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the cells, of equal ones the last, in the order in which these were stored; and what to say of it."""
    again = cells.duplicated(list(IDENTITY), keep="first")
    if not again.any():
        return cells, ()
    kept = cells[~cells.duplicated(list(IDENTITY), keep="last")].reset_index(drop=True)
    return kept, (_note(len(cells.loc[again, list(IDENTITY)].drop_duplicates())),)


def _note(number: int) -> str:
    return (
        "1 cell was done again; the last one counts."
        if number == 1
        else f"{number} cells were done again; of each the last one counts."
    )
