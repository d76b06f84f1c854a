"""The cells of one leaderboard by row, member and seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchkit.report.labels import numbered

_PLACE = ["row", "member", "seed"]

MISSING = "missing"
"""Shown where a cell is not there."""


class Grid:
    """Cells sorted once by row, member and seed: those of one row and member are one slice of every field.

    Args:
        cells: with the columns ``row`` and ``member`` (categories). Of equal row, member and seed the last counts.
        seeds: those that each row ran with, ascending: a cell is missing where one of them has none.
    """

    def __init__(self, cells: pd.DataFrame, seeds: Mapping[str, Sequence[int]]) -> None:
        self.cells = _last_of_each(cells)
        self._seeds = seeds
        self._order = np.lexsort([self.cells["seed"], self.cells["member"].cat.codes, self.cells["row"].cat.codes])
        self._fields: dict[str, NDArray[Any]] = {}
        self._slices = dict(self._each_slice())
        self._members = {member: code for code, member in enumerate(self.cells["member"].cat.categories)}
        self._codes = self.cells["member"].cat.codes.to_numpy(np.intp)[self._order]
        self._rows = self._each_row()
        self._ok = self._sorted("status") == "ok"
        self._well = self._all_well()

    def numbers(self, row: str, fields: Sequence[str]) -> NDArray[np.float64]:
        """Return a row's numbers, fields × members × seeds; NaN where one is undefined, its cell absent or not ok.

        The members are all those of the board, in its order (``member_places``); the seeds are the row's, ascending.
        """
        place = self._rows[row]
        ok = self._ok[place]
        members, seeds = self._codes[place][ok], np.searchsorted(self._seeds[row], self._sorted("seed")[place][ok])
        found = np.full((len(fields), len(self._members), len(self._seeds[row])), np.nan)
        for matrix, field in zip(found, fields, strict=True):
            matrix[members, seeds] = self._sorted(field)[place][ok]
        return found

    def member_places(self, members: Sequence[str]) -> NDArray[np.intp]:
        """Return which lines of ``numbers`` are those of the members."""
        return np.array([self._members[member] for member in members], dtype=np.intp)

    def trouble(self, row: str, members: Sequence[str]) -> str:
        """Return how the first cell ended that is not ok, seed by seed; empty when all are."""
        if all((row, member) in self._well for member in members):
            return ""
        ends = {(seed, member): status for member in members for seed, status in self._ends(row, member)}
        each = (ends.get((seed, member), MISSING) for seed in self._seeds[row] for member in members)
        return next(status for status in each if status != "ok")

    def absent(self, row: str, members: Sequence[str]) -> list[str]:
        """Return the members that a row lacks for one of its seeds at least."""
        n_seeds = len(self._seeds[row])
        return [member for member in members if self._number_of(row, member) < n_seeds]

    def _ends(self, row: str, member: str) -> Iterator[tuple[int, str]]:
        place = self._slices.get((row, member), slice(0, 0))
        return zip(self._sorted("seed")[place].tolist(), self._sorted("status")[place], strict=True)

    def _number_of(self, row: str, member: str) -> int:
        place = self._slices.get((row, member), slice(0, 0))
        return int(place.stop - place.start)

    def _sorted(self, field: str) -> NDArray[Any]:
        if field not in self._fields:
            self._fields[field] = self.cells[field].to_numpy()[self._order]
        return self._fields[field]

    def _each_slice(self) -> Iterator[tuple[tuple[str, str], slice]]:
        """Yield where the cells of each row and member lie in the sorted fields."""
        rows, members = (self.cells[name].cat for name in ("row", "member"))
        codes = rows.codes.to_numpy(np.int64) * len(members.categories) + members.codes.to_numpy(np.int64)
        keys, starts = np.unique(codes[self._order], return_index=True)
        row_labels, member_labels = rows.categories.tolist(), members.categories.tolist()
        for key, start, stop in zip(keys.tolist(), starts.tolist(), [*starts[1:].tolist(), len(codes)], strict=True):
            row, member = divmod(key, len(member_labels))
            yield (row_labels[row], member_labels[member]), slice(start, stop)

    def _each_row(self) -> dict[str, slice]:
        """Return where the cells of each row lie in the sorted fields."""
        codes = self.cells["row"].cat.codes.to_numpy()[self._order]
        names = self.cells["row"].cat.categories
        ends = np.searchsorted(codes, np.arange(len(names) + 1)).tolist()
        return {name: slice(start, stop) for name, start, stop in zip(names, ends, ends[1:], strict=False)}

    def _all_well(self) -> set[tuple[str, str]]:
        """Return each row and member that has a cell for every seed, all of them ok."""
        ok = np.append(0, np.cumsum(self._ok))
        return {
            (row, member)
            for (row, member), place in self._slices.items()
            if ok[place.stop] - ok[place.start] == place.stop - place.start == len(self._seeds[row])
        }


def _last_of_each(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the last cell of each row, member and seed, where the first of them stood."""
    again = cells.duplicated(_PLACE, keep="last").to_numpy()
    return cells[~again].iloc[np.argsort(numbered(cells, _PLACE)[~again])] if again.any() else cells
