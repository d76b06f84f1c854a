"""A run as the checks look at it: columns as arrays, parts of ``run.json`` whatever they hold, rows by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchkit.results import StoredRun
from benchkit.verify.findings import ABSOLUTE, RELATIVE, Findings

MANIFEST = "run.json"

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Evidence:
    """What lies on the disk of one run.

    Attributes:
        run: the run as it was read.
    """

    run: StoredRun

    @property
    def cells(self) -> pd.DataFrame:
        """One row a cell."""
        return self.run.cells

    @property
    def state(self) -> Any:
        """What ``run.json`` says of the run's end."""
        return self.run.manifest.get("state")

    @property
    def rows(self) -> str:
        """How many rows there are, in words."""
        return counted(len(self.cells))

    def part(self, name: str) -> Mapping[str, Any]:
        """Return an object in ``run.json``; an empty one where there is something else."""
        value = self.run.manifest.get(name)
        return value if isinstance(value, dict) else {}

    def settings(self, kind: str, name: str) -> Mapping[str, Any]:
        """Return the settings of a plugin object by the part of ``run.json`` that it stands in."""
        value = self.part(kind).get(name)
        return value if isinstance(value, dict) else {}

    @cached_property
    def measured(self) -> Mask:
        """Which rows have numbers: those that ended well, and those that were measured before they went wrong."""
        return np.asarray((self.texts("status") == "ok") | ~np.isnan(self.numbers("auroc")), dtype=np.bool_)

    def numbers(self, field: str) -> NDArray[np.float64]:
        """Return a column of numbers, NaN where there is none."""
        return self.cells[field].to_numpy(dtype=np.float64, na_value=np.nan)

    def texts(self, field: str) -> NDArray[np.object_]:
        """Return a column of texts."""
        return self.cells[field].astype(object).to_numpy(dtype=object)

    def name(self, index: int) -> str:
        """Return what a row is called in messages."""
        row = self.cells.iloc[index]
        return row_name(row["dataset"], row["detector"], row["anomaly"], row["seed"])

    def differ(self, findings: Findings, field: str, wrong: Mask, expected: Any, why: str) -> None:
        """Note each row of ``wrong``; ``expected`` is one value, or one a row."""
        each = np.broadcast_to(np.asarray(expected, dtype=object), wrong.shape)
        for index in np.flatnonzero(wrong):
            findings.differ(self.name(int(index)), field, self.cells[field].iloc[index], each[index], why)

    def compare(self, findings: Findings, field: str, expected: Any, why: str, *, among: Mask | None = None) -> None:
        """Note each row (of those ``among``) whose number or text is not the expected one."""
        if self.cells[field].dtype.kind in "fiu":
            wrong = ~np.isclose(
                self.numbers(field),
                np.asarray(expected, dtype=np.float64),
                rtol=RELATIVE,
                atol=ABSOLUTE,
                equal_nan=True,
            )
        else:
            wrong = np.asarray(self.texts(field) != expected, dtype=np.bool_)
        self.differ(findings, field, wrong if among is None else wrong & among, expected, why)

    def one_of(self, findings: Findings, field: str, known: Iterable[Any], why: str) -> None:
        """Note each row whose value is not among those that are known."""
        names = [each for each in known if isinstance(each, (str, int))]
        wrong = ~self.cells[field].isin(names).to_numpy(dtype=np.bool_)
        shown = f"one of {', '.join(map(str, names))}" if len(names) != 1 else names[0]
        self.differ(findings, field, wrong, shown, why)


def counted(rows: int, what: str = "row") -> str:
    """Return a number of rows in words."""
    return f"{rows} {what}" if rows == 1 else f"{rows} {what}s"


def row_name(dataset: str, detector: str, anomaly: str, seed: int) -> str:
    """Return what a row is called in messages."""
    return f"{detector} on {dataset}, {anomaly}, seed {seed}"
