"""Means of one metric over anomalies and seeds, with their spread and their 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchkit.measure.pooling import pooled_intervals
from benchkit.report.arrangement import Arrangement, Column
from benchkit.report.entry import Entry, share

_ENDS = ("", "_low", "_high")

_Numbers = NDArray[np.float64]


def row_entries(cells: Arrangement, row: str, columns: Sequence[Column], metric: str) -> tuple[Entry, ...]:
    """Return a row's entries: the mean over the columns, then each column.

    A column is averaged over its members, then the columns with equal weight, one seed at a time; the spread is
    that of these means over seeds. So are the ends of the intervals, which is the bound of ``pooling.mean_interval``;
    then they are pooled over seeds. One missing cell leaves its column, and the mean, without a number.

    Args:
        cells: laid out.
        row: the detector's label.
        columns: one at least.
        metric: a name in ``METRICS``.
    """
    numbers = cells.grid.numbers(row, [f"{metric}{end}" for end in _ENDS])  # value, low, high × members × seeds
    by_column = _means(numbers, [cells.grid.member_places(column.members) for column in columns])
    overall, *entries = _entries(np.concatenate([by_column.mean(axis=1, keepdims=True), by_column], axis=1))
    troubles = [cells.grid.trouble(row, column.members) for column in columns]
    each = (Entry(text=trouble) if trouble else entry for trouble, entry in zip(troubles, entries, strict=True))
    return overall, *each


def _means(numbers: _Numbers, places: Sequence[NDArray[np.intp]]) -> _Numbers:
    """Return the means over the members of each column; the second axis is that of the members."""
    sizes = np.array([len(each) for each in places])
    sums: _Numbers = np.add.reduceat(numbers[:, np.concatenate(places)], np.cumsum(sizes) - sizes, axis=1)
    means: _Numbers = sums / sizes[:, None]
    return means


def member_means(cells: Arrangement, row: str, metric: str) -> _Numbers:
    """Return a row's numbers for each anomaly that is shown, averaged over seeds; NaN where one of them is."""
    (numbers,) = cells.grid.numbers(row, [metric])
    means: _Numbers = numbers[cells.grid.member_places(cells.members)].mean(axis=1)
    return means


def over_seeds(values: _Numbers, lows: _Numbers, highs: _Numbers) -> list[tuple[float, float, float, float]]:
    """Return mean, standard deviation (n - 1 in the denominator) and pooled interval of each line.

    Args:
        values: lines × seeds.
        lows: lower ends of their intervals, of the same shape; NaN where there is none.
        highs: upper ends.

    Returns:
        For each line four numbers; NaN is what there is not, such as the deviation of one seed.
    """
    means, n_seeds = values.mean(axis=1), values.shape[1]
    spreads = values.std(axis=1, ddof=1) if n_seeds > 1 else np.full(len(values), np.nan)
    lowest, highest = pooled_intervals(values, lows, highs)
    return list(zip(means.tolist(), spreads.tolist(), lowest.tolist(), highest.tolist(), strict=True))


def _entries(measured: _Numbers) -> list[Entry]:
    """Return the entries of value, low, high × lines × seeds."""
    return [share(*numbers) for numbers in over_seeds(*measured)]
