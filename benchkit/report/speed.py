"""How fast each row was, on each machine that it ran on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from benchkit.report.arrangement import Arrangement
from benchkit.report.entry import Entry, number
from benchkit.report.labels import labels_of
from benchkit.report.remarks import machine_title


@dataclass(frozen=True)
class SpeedColumn:
    """One number of the table of speed.

    Attributes:
        name: what it is asked for by; also the field of the cell, unless ``field`` says otherwise.
        heading: with unit and direction.
        digits: after the point.
        higher_is_better: its direction; None where it has none.
        is_per_batch: it depends on the size of the batch.
        is_largest: the largest of the cells counts, not their median.
        field: of the cell.
        factor: by which the field is multiplied to be shown.
        only_where_there: without a single number it is left out.
    """

    name: str
    heading: str
    digits: int
    higher_is_better: bool | None
    is_per_batch: bool = True
    is_largest: bool = False
    field: str = ""
    factor: float = 1.0
    only_where_there: bool = False

    @property
    def source(self) -> str:
        """The field of the cell."""
        return self.field or self.name


LIMIT = "limit"
"""Name of the column that shows a speed as a share of what the machine allows."""

SPEED_COLUMNS: dict[str, SpeedColumn] = {
    column.name: column
    for column in (
        SpeedColumn("images_per_second", "images/s ↑", 0, True),
        SpeedColumn("latency_p50_ms", "p50 ms ↓", 2, False),
        SpeedColumn("latency_p95_ms", "p95 ms ↓", 2, False, only_where_there=True),
        SpeedColumn("latency_p99_ms", "p99 ms ↓", 2, False),
        SpeedColumn("host_images_per_second", "images/s from host ↑", 0, True, only_where_there=True),
        SpeedColumn("fit_seconds", "fit s ↓", 2, False, is_per_batch=False),
        SpeedColumn("view_seconds", "view s ↓", 2, False, is_per_batch=False),
        SpeedColumn("peak_memory_mb", "peak MB ↓", 0, False, is_per_batch=False, is_largest=True),
        SpeedColumn("score_memory_mb", "score MB ↓", 0, False, only_where_there=True),
        SpeedColumn("flop_per_image", "FLOP/image", 0, None),
        SpeedColumn("bytes_per_image", "bytes/image", 0, None),
        SpeedColumn(LIMIT, "% of limit ↑", 1, True, field="limit_share", factor=100.0),
    )
}
"""Every column that can be asked for, by name."""

_BY_DEFAULT = (
    "images_per_second", "host_images_per_second", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "fit_seconds",
    "view_seconds", "peak_memory_mb", "score_memory_mb",
)  # fmt: skip

SPEED: tuple[SpeedColumn, ...] = tuple(SPEED_COLUMNS[name] for name in _BY_DEFAULT)
"""The columns that are shown unless others are asked for."""

_PLACE = ["row", "machine"]

Line = tuple[str, tuple[Entry, ...]]
"""The machine with the size of its batches, and the numbers."""


def speed_lines(cells: Arrangement, columns: Sequence[SpeedColumn] = SPEED) -> dict[str, list[Line]]:
    """Return each row's lines, one a machine, by the machine's name; one without machine where nothing ended well.

    Args:
        cells: laid out.
        columns: which numbers, in this order; each once.
    """
    lines: dict[str, list[Line]] = {row: [] for row in cells.rows}
    for row, machine, batch, *numbers in _summaries(cells.grid.cells, columns).itertuples(index=False, name=None):
        lines[row].append((f"{machine}, batches of {int(batch)}", _entries(numbers, columns)))
    return {row: found or [("", _entries([None] * len(columns), columns))] for row, found in lines.items()}


def there(cells: Arrangement, columns: Sequence[SpeedColumn]) -> tuple[SpeedColumn, ...]:
    """Return the columns without those that are left out for want of numbers."""
    shown = cells.grid.cells
    return tuple(each for each in columns if not each.only_where_there or shown[each.source].notna().any())


def _summaries(cells: pd.DataFrame, columns: Sequence[SpeedColumn]) -> pd.DataFrame:
    """Return one line a row and machine: both, the size of the batches, then the numbers as ``columns`` has them."""
    ok = cells[cells["status"].eq("ok")]
    machine = labels_of(ok, ["device_name", "threads"], _titles, key=str)
    ok = ok.assign(machine=machine, batch=ok["batch_size"].fillna(0))
    places = ok.groupby(_PLACE, observed=True)  # sorted: by row, then by machine
    # The cells with the largest batch: a held-out class leaves few images, and a small batch is another time.
    timed = ok[ok["batch"].eq(places["batch"].transform("max"))].groupby(_PLACE, observed=True)
    per_batch = [column.source for column in columns if column.is_per_batch]
    others = {column.source: "max" if column.is_largest else "median" for column in columns if not column.is_per_batch}
    found = places.agg({"batch": "max", **others})
    if per_batch:
        found[per_batch] = timed[per_batch].median()
    return found[["batch", *(column.source for column in columns)]].reset_index()


def _titles(kinds: pd.DataFrame) -> pd.Series[Any]:
    titles = [machine_title(name, threads) for name, threads in kinds.itertuples(index=False)]
    return pd.Series(titles, index=kinds.index, dtype=str)


def _entries(numbers: Sequence[float | None], columns: Sequence[SpeedColumn]) -> tuple[Entry, ...]:
    return tuple(
        number(None if value is None else value * column.factor, digits=column.digits)
        for value, column in zip(numbers, columns, strict=True)
    )
