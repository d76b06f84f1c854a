"""CSV for spreadsheets and plotting: one line a detector and anomaly, seeds averaged.

The columns: where the number belongs (``dataset … anomaly_group``), ``status`` and ``reason`` (``ok``, or what
went wrong in any of the seeds; then there are no numbers), ``seeds`` (how many), and for every number its mean
over seeds and, under ``<name>_spread``, the standard deviation (empty with one seed). The cells themselves, one a
seed, are in each run's ``cells.jsonl``.
"""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Sequence
from typing import Any

import pandas as pd

from benchkit.measure.metrics import METRICS
from benchkit.report.formats.parts import one_line
from benchkit.report.leaderboard import Leaderboard
from benchkit.report.sections import SPEED, known, mean_or_none

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
        cells = board.arrangement
        for row in cells.rows:
            for records in _by_place([*cells.find(row).values(), *cells.find_left_out(row)]):
                writer.writerow(_line(records))
    return file.getvalue()


def _by_place(records: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    places: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for record in records:
        places.setdefault(tuple(str(record[name]) for name in _PLACE), []).append(record)
    return list(places.values())


def _line(records: Sequence[dict[str, Any]]) -> list[str]:
    bad = [record for record in records if record["status"] != "ok"]
    first = (bad or records)[0]
    values = [[] if bad else [known(record, name) for record in records] for name in _NUMBERS]
    means = [_number(mean_or_none(numbers)) for numbers in values]
    spreads = [_number(_spread(numbers)) for numbers in values]
    details = [_text(first[name]) for name in (*_PLACE, *_DETAILS)]
    return [*details, str(len(records)), _text(first["status"]), _text(first["reason"]), *means, *spreads]


def _spread(numbers: Sequence[float | None]) -> float | None:
    defined = [number for number in numbers if number is not None]
    return statistics.stdev(defined) if len(defined) == len(numbers) > 1 else None


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _text(value: Any) -> str:
    """Spreadsheets run a text that begins with one of ``=+-@`` as a formula; a quote in front keeps it text."""
    if not isinstance(value, str):
        return "" if pd.isna(value) else str(value)
    text = one_line(value)
    return f"'{text}" if text[:1] in tuple("=+-@") else text
