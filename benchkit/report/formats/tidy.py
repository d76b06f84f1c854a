"""CSV for spreadsheets and plotting: one line a detector and anomaly, seeds averaged.

The columns: where the number belongs (``dataset … anomaly_group``), ``status`` and ``reason`` (``ok``, or what
went wrong in any of the seeds; then there are no numbers), ``seeds`` (how many), and for every number its mean
over seeds and, under ``<name>_spread``, the standard deviation (empty with one seed). The cells themselves, one a
seed, are in each run's ``cells.jsonl``.
"""

from __future__ import annotations

import csv
import io
import itertools
import math
import statistics
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from benchkit.measure.metrics import METRICS
from benchkit.report.arrangement import Arrangement
from benchkit.report.entry import deviation
from benchkit.report.formats.parts import one_line
from benchkit.report.labels import numbered
from benchkit.report.leaderboard import Leaderboard
from benchkit.report.speed import SPEED

_PLACE = ("dataset", "device", "device_name", "threads", "protocol", "detector", "view", "settings", "anomaly")
_DETAILS = ("anomaly_group", "threshold_policy", "prevalence", "batch_size", "n_train", "n_normal", "n_anomaly")
_NUMBERS = (*METRICS, *(field for field, *_ in SPEED))
_SPREAD = tuple(f"{name}_spread" for name in _NUMBERS)

COLUMNS: tuple[str, ...] = (*_PLACE, *_DETAILS, "seeds", "status", "reason", *_NUMBERS, *_SPREAD)
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
    starts = np.flatnonzero(np.diff(numbered(every, _PLACE), prepend=-1)).tolist()
    bad = every["status"].ne("ok").to_numpy()
    numbers = [every[name].to_numpy() for name in _NUMBERS]
    texts = every[[*_PLACE, *_DETAILS, "status", "reason"]]
    for start, stop in itertools.pairwise([*starts, len(every)]):
        # Of cells that went wrong the first speaks for all, and there are no numbers.
        wrong = bad[start:stop].any()
        shown = texts.iloc[start + int(bad[start:stop].argmax())]
        values = [[] if wrong else number[start:stop].tolist() for number in numbers]
        *details, status, reason = map(_text, shown)
        yield [*details, str(stop - start), status, reason, *map(_mean, values), *map(_spread, values)]


def _by_place(cells: Arrangement) -> pd.DataFrame:
    """Return the cells that make a line each in a row, row by row, otherwise in the order in which they were stored."""
    fields = ["row", *_PLACE, *_DETAILS, "status", "reason", *_NUMBERS]
    every = pd.concat([cells.grid.cells[fields], cells.left_out[fields]])
    by_row = every.iloc[np.argsort(every["row"].cat.codes, kind="stable")]
    return by_row.iloc[np.argsort(numbered(by_row, _PLACE), kind="stable")]


def _mean(numbers: Sequence[float]) -> str:
    return _number(statistics.fmean(numbers)) if numbers else ""


def _spread(numbers: Sequence[float]) -> str:
    spread = deviation(numbers)
    return "" if spread is None else _number(spread)


def _number(value: float) -> str:
    """Return the shortest text that reads as the number; none for NaN, of which an undefined number makes a mean."""
    return "" if math.isnan(value) else repr(value)


def _text(value: Any) -> str:
    """Spreadsheets run a text that begins with one of ``=+-@`` as a formula; a quote in front keeps it text."""
    if not isinstance(value, str):
        return "" if pd.isna(value) else str(value)
    text = one_line(value)
    return f"'{text}" if text[:1] in tuple("=+-@") else text
