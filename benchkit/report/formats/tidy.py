"""CSV for spreadsheets and plotting: one line a detector and anomaly, seeds averaged.

The columns: where the number belongs (``dataset … anomaly_group``), ``status`` and ``reason`` (``ok``, or what
went wrong in any of the seeds; then there are no numbers), ``seeds`` (how many), and for every number its mean
over seeds and, under ``<name>_spread``, the standard deviation (empty with one seed); for every metric the ends of
its 95 % interval, pooled over seeds, under ``<name>_low`` and ``<name>_high``. The cells themselves, one a seed, are
in each run's ``cells.jsonl``.

Where columns were chosen, the numbers are those alone, under the names of the cell's fields: of ``limit`` that is
``limit_share``, a share and not per cent.

Where other sizes of batches were timed, columns such as ``images_per_second_at_64`` stand at the end: means over seeds.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
from benchkit.report.shown import SWEEP, USUAL, Shown

_PLACE = ("dataset", "device", "device_name", "threads", "protocol", "detector", "view", "settings", "anomaly")
_DETAILS = ("anomaly_group", "threshold_policy", "prevalence", "batch_size", "n_train", "n_normal", "n_anomaly")
_TEXTS = (*_PLACE, *_DETAILS, "status", "reason")
_SWEPT = ("images_per_second", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "noise")
_SWEPT_OF = ("device", "device_name", "threads", "detector", "settings", "anomaly")
_SWEPT_PLACES = tuple(_PLACE.index(name) for name in _SWEPT_OF)
_NOTHING = ("",) * len(_SWEPT)


@dataclass(frozen=True)
class _Numbers:
    """The numbers of a line.

    Attributes:
        metrics: those that have an interval.
        others: those that have none.
    """

    metrics: tuple[str, ...]
    others: tuple[str, ...]

    @classmethod
    def of(cls, shown: Shown) -> _Numbers:
        """Return what was asked for; every metric where nothing was."""
        speed = tuple(column.source for column in shown.speed)
        return cls(shown.metrics if shown.chosen else tuple(METRICS), speed)

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.metrics, *self.others)

    @property
    def ends(self) -> tuple[str, ...]:
        return tuple(f"{name}_{end}" for name in self.metrics for end in ("low", "high"))

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.names, *(f"{name}_spread" for name in self.names), *self.ends)


def header(shown: Shown = USUAL, sizes: Sequence[int] = ()) -> tuple[str, ...]:
    """Return the names of the columns, those of other sizes of batches last."""
    swept = (f"{name}_at_{size}" for size in sizes for name in _SWEPT)
    return (*_PLACE, *_DETAILS, "seeds", "status", "reason", *_Numbers.of(shown).columns, *swept)


COLUMNS: tuple[str, ...] = header()
"""The header, unless columns were chosen."""


def render(leaderboards: Sequence[Leaderboard]) -> str:
    """Return the leaderboards' cells, seeds averaged, as CSV with a header."""
    shown = leaderboards[0].shown if leaderboards else USUAL  # the same of all
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    sizes = sorted({size for board in leaderboards for size in board.sweep["asked"]}) if SWEEP in shown.tables else []
    writer.writerow(header(shown, sizes))
    for board in leaderboards:
        swept = _swept(board.sweep)
        for line in _lines(board.arrangement, _Numbers.of(shown)):
            key = tuple(line[place] for place in _SWEPT_PLACES)
            writer.writerow([*line, *(text for size in sizes for text in swept.get((*key, size), _NOTHING))])
    return file.getvalue()


def _swept(sweep: pd.DataFrame) -> dict[tuple[Any, ...], list[str]]:
    """Return the numbers of a sweep by what stands in a line's columns, and by the size that was asked for."""
    if sweep.empty:
        return {}
    means = sweep.groupby([*_SWEPT_OF, "asked"])[list(_SWEPT)].mean().reset_index()
    return {
        (*map(_text, line[: len(_SWEPT_OF)]), line[len(_SWEPT_OF)]): [*map(_number, line[len(_SWEPT_OF) + 1 :])]
        for line in means.itertuples(index=False, name=None)
    }


def _lines(cells: Arrangement, wanted: _Numbers) -> Iterator[list[str]]:
    every = _by_place(cells, wanted)
    starts = np.flatnonzero(np.diff(numbered(every, _PLACE), prepend=-1))
    sizes = np.diff(starts, append=len(every))
    bad = every["status"].ne("ok").to_numpy()
    wrong = np.logical_or.reduceat(bad, starts)
    # Of cells that went wrong the first speaks for all, and there are no numbers.
    speaking = [start + int(bad[start : start + size].argmax()) for start, size in zip(starts, sizes, strict=True)]
    shown = every.iloc[np.array(speaking, dtype=np.intp)]
    texts = zip(*(map(_text, shown[name]) for name in _TEXTS), strict=True)
    numbers = _numbers(every, wanted, starts, sizes)
    numbers[wrong] = np.nan
    for (*details, status, reason), size, each in zip(texts, sizes.tolist(), numbers.tolist(), strict=True):
        yield [*details, str(size), status, reason, *map(_number, each)]


def _by_place(cells: Arrangement, wanted: _Numbers) -> pd.DataFrame:
    """Return the cells that make a line each in a row, row by row, otherwise in the order in which they were stored."""
    fields = ["row", *_TEXTS, *wanted.names, *wanted.ends]
    every = pd.concat([cells.grid.cells[fields], cells.left_out[fields]])
    by_row = every.iloc[np.argsort(every["row"].cat.codes, kind="stable")]
    return by_row.iloc[np.argsort(numbered(by_row, _PLACE), kind="stable")]


def _numbers(
    cells: pd.DataFrame, wanted: _Numbers, starts: NDArray[np.intp], sizes: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the numbers of each line, in the order of the columns."""
    columns = list(wanted.columns)
    found = np.full((len(starts), len(columns)), np.nan)
    for size in np.unique(sizes).tolist():  # lines with as many seeds are one block of numbers
        lines = np.flatnonzero(sizes == size)
        places = starts[lines, None] + np.arange(size)
        for name in wanted.names:
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
