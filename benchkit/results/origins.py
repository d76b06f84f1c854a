"""Rows that several versions of one plugin made: a mean over them is over both."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

_NAMED = 3
_LENGTH = 100


def mixed_origins(cells: pd.DataFrame, owner: str) -> dict[str, tuple[str, ...]]:
    """Return whose cells came from more than one distribution, version or plugin file.

    Args:
        cells: with a column ``distribution``.
        owner: the column that says whose a cell is, such as ``detector``.

    Returns:
        Owner → its origins, such as ``half.py d845ba09dad5``, in the order of the cells; two or more. A cell of unknown
        origin counts for none.
    """
    kinds = cells[[owner, "distribution"]].drop_duplicates().astype(str)
    known = kinds[kinds["distribution"].ne("")]
    several = known[known[owner].duplicated(keep=False)]
    return {str(name): tuple(part["distribution"]) for name, part in several.groupby(owner, sort=False)}


def versions_in_words(origins: Sequence[str]) -> str:
    """Return ``two versions of its plugin (half.py d845ba09dad5; half.py 169ec89ce36f)``, at most three of them named.

    What a cell holds stands in it as it is: it is not yet safe for a terminal.
    """
    number = "two" if len(origins) == 2 else str(len(origins))
    named = [*map(_shortened, origins[:_NAMED]), *(["…"] if len(origins) > _NAMED else [])]
    return f"{number} versions of its plugin ({'; '.join(named)})"


def _shortened(origin: str) -> str:
    """The end of a path, and the version behind it, tell more than its beginning."""
    return origin if len(origin) <= _LENGTH else f"…{origin[-_LENGTH:]}"
