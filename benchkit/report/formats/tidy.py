"""CSV for spreadsheets and plotting: one line a detector and anomaly, seeds averaged.

The columns: where the number belongs (``dataset … anomaly_group``), ``status`` and ``reason`` (``ok``, or what
went wrong in any of the seeds; then there are no numbers), ``seeds`` (how many), and for every number its mean
over seeds and, under ``<name>_spread``, the standard deviation (empty with one seed); for every metric the ends of
its 95 % interval, pooled over seeds, under ``<name>_low`` and ``<name>_high``. The cells themselves, one a seed, are
in each run's ``cells.jsonl``.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchkit.measure.metrics import METRICS
from benchkit.report.arrangement import Arrangement
from benchkit.report.estimates import over_seeds
from benchkit.report.formats.parts import one_line
from benchkit.report.labels import numbered
from benchkit.report.leaderboard import Leaderboard
from benchkit.report.speed import SPEED

_PLACE = ("dataset", "device", "device_name", "threads", "protocol", "detector", "view", "settings", "anomaly")
_DETAILS = ("anomaly_group", "threshold_policy", "prevalence", "batch_size", "n_train", "n_normal", "n_anomaly")
_NUMBERS = (*METRICS, *(field for field, *_ in SPEED))
_SPREAD = tuple(f"{name}_spread" for name in _NUMBERS)
_ENDS = tuple(f"{name}_{end}" for name in METRICS for end in ("low", "high"))
_TEXTS = (*_PLACE, *_DETAILS, "status", "reason")

COLUMNS: tuple[str, ...] = (*_PLACE, *_DETAILS, "seeds", "status", "reason", *_NUMBERS, *_SPREAD, *_ENDS)
"""The header."""


def render(leaderboards: Sequence[Leaderboard]) -> str:
    """Return the leaderboards' cells, seeds averaged, as CSV with a header."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for board in leaderboards:
        writer.writerows(_lines(board.arrangement))
    return file.getvalue()


def _lines(cells: Arrangement) -> Iterator[list[str]]:
    every = _by_place(cells)
    starts = np.flatnonzero(np.diff(numbered(every, _PLACE), prepend=-1))
    sizes = np.diff(starts, append=len(every))
    bad = every["status"].ne("ok").to_numpy()
    wrong = np.logical_or.reduceat(bad, starts)
    # Of cells that went wrong the first speaks for all, and there are no numbers.
    speaking = [start + int(bad[start : start + size].argmax()) for start, size in zip(starts, sizes, strict=True)]
    shown = every.iloc[np.array(speaking, dtype=np.intp)]
    texts = zip(*(map(_text, shown[name]) for name in _TEXTS), strict=True)
    numbers = _numbers(every, starts, sizes)
    numbers[wrong] = np.nan
    for (*details, status, reason), size, each in zip(texts, sizes.tolist(), numbers.tolist(), strict=True):
        yield [*details, str(size), status, reason, *map(_number, each)]


def _by_place(cells: Arrangement) -> pd.DataFrame:
    """Return the cells that make a line each in a row, row by row, otherwise in the order in which they were stored."""
    fields = ["row", *_TEXTS, *_NUMBERS, *_ENDS]
    every = pd.concat([cells.grid.cells[fields], cells.left_out[fields]])
    by_row = every.iloc[np.argsort(every["row"].cat.codes, kind="stable")]
    return by_row.iloc[np.argsort(numbered(by_row, _PLACE), kind="stable")]


def _numbers(cells: pd.DataFrame, starts: NDArray[np.intp], sizes: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the numbers of each line, in the order of the columns."""
    columns = [*_NUMBERS, *_SPREAD, *_ENDS]
    found = np.full((len(starts), len(columns)), np.nan)
    for size in np.unique(sizes).tolist():  # lines with as many seeds are one block of numbers
        lines = np.flatnonzero(sizes == size)
        places = starts[lines, None] + np.arange(size)
        for name in _NUMBERS:
            names = [name, f"{name}_spread", *(f"{name}_{end}" for end in ("low", "high") if name in METRICS)]
            summary = np.array(over_seeds(*_measured(cells, name, places)))
            for column, numbers in zip(names, summary.T, strict=False):
                found[lines, columns.index(column)] = numbers
    return found


def _measured(cells: pd.DataFrame, name: str, places: NDArray[np.intp]) -> list[NDArray[np.float64]]:
    """Return a number and the ends of its interval, lines × seeds; NaN for the ends of what has none."""
    values = cells[name].to_numpy(np.float64, na_value=np.nan)[places]
    if name not in METRICS:
        return [values, np.full_like(values, np.nan), np.full_like(values, np.nan)]
    return [values, *(cells[f"{name}_{end}"].to_numpy(np.float64)[places] for end in ("low", "high"))]


def _number(value: float) -> str:
    """Return the shortest text that reads as the number; none for NaN, of which an undefined number makes a mean."""
    return "" if math.isnan(value) else repr(value)


def _text(value: Any) -> str:
    """Spreadsheets run a text that begins with one of ``=+-@`` as a formula; a quote in front keeps it text."""
    if not isinstance(value, str):
        return "" if pd.isna(value) else str(value)
    text = one_line(value)
    return f"'{text}" if text[:1] in tuple("=+-@") else text
