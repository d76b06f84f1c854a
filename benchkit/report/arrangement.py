"""Arranging one leaderboard's cells: which rows, which columns, and which cell stands where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from benchkit.report.grid import Grid
from benchkit.report.labels import labels_of, natural


@dataclass(frozen=True)
class Column:
    """One column: an anomaly, or the mean of a group of anomalies.

    Attributes:
        label: its heading.
        members: labels of the anomalies that it is the mean of; one, unless it is a group.
        is_group: named after a group.
    """

    label: str
    members: tuple[str, ...]
    is_group: bool = False


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Cells of one data set, protocol and kind of device, laid out.

    Attributes:
        cells: the cells that are shown, with two more columns: ``row`` and ``member`` (labels, as categories in
            natural order).
        rows: labels of the detectors, in natural order.
        columns: in natural order.
        seeds: of each row.
        left_out: cells of anomalies that were skipped for every detector; they make no column.
    """

    cells: pd.DataFrame
    rows: tuple[str, ...]
    columns: tuple[Column, ...]
    seeds: dict[str, tuple[int, ...]]
    left_out: pd.DataFrame

    @property
    def members(self) -> tuple[str, ...]:
        """All anomalies that are shown, alone or in a group."""
        return tuple(member for column in self.columns for member in column.members)

    @cached_property
    def grid(self) -> Grid:
        """The cells that are shown by row, member and seed."""
        return Grid(self.cells, self.seeds)


def arrange(cells: pd.DataFrame) -> Arrangement:
    """Lay out the cells of one data set, protocol and kind of device."""
    labelled = cells.assign(row=_row_labels(cells), member=_member_labels(cells))
    skipped = labelled["status"].eq("skipped").groupby(labelled["member"], observed=True).transform("all").astype(bool)
    # With nothing but skipped cells there is still a table: of detectors that say why.
    some = bool(skipped.any()) and not skipped.all()
    shown = labelled[~skipped] if some else labelled
    left_out = labelled[skipped] if some else labelled[:0]
    rows = tuple(labelled["row"].cat.categories)
    by_row = labelled.groupby("row", observed=True)["seed"].unique()
    seeds = {row: tuple(sorted(by_row[row].tolist())) for row in rows}
    return Arrangement(shown, rows, _columns(shown), seeds, left_out)


def _row_labels(cells: pd.DataFrame) -> pd.Series[Any]:
    """A detector's name; with its settings where one name ran under several."""
    return labels_of(cells, ["detector", "settings"], _with_settings)


def _with_settings(kinds: pd.DataFrame) -> pd.Series[Any]:
    several = kinds.groupby("detector")["settings"].transform("nunique").gt(1)
    return kinds["detector"].where(~several, kinds["detector"] + "#" + kinds["settings"])


def _member_labels(cells: pd.DataFrame) -> pd.Series[Any]:
    """An anomaly's name; with its part of the protocol where one name stands for several."""
    return labels_of(cells, ["anomaly", "protocol"], _with_protocol)


def _with_protocol(kinds: pd.DataFrame) -> pd.Series[Any]:
    hashes = kinds["protocol"].str.partition("-")[2]
    several = hashes.where(hashes.ne("")).groupby(kinds["anomaly"]).transform("nunique").gt(1)
    return kinds["anomaly"].where(~several | hashes.eq(""), kinds["anomaly"] + "#" + hashes)


def _column(label: str, members: tuple[str, ...], grouped: bool) -> Column:
    """A group of which one member ran is that member: its mean over ten is another number."""
    return Column(label, members, True) if grouped and len(members) > 1 else Column(members[0], members)


def _columns(cells: pd.DataFrame) -> tuple[Column, ...]:
    groups: dict[tuple[bool, str], set[str]] = {}
    kinds = cells[["member", "anomaly", "anomaly_group"]].drop_duplicates()
    for member, anomaly, group in kinds.itertuples(index=False):
        # An anomaly under two settings would weigh twice in its group's mean: each stands alone then.
        grouped = bool(group) and member == anomaly
        groups.setdefault((grouped, group if grouped else member), set()).add(member)
    columns = [
        _column(label, tuple(sorted(members, key=natural)), grouped) for (grouped, label), members in groups.items()
    ]
    return tuple(sorted(columns, key=lambda column: (natural(column.label), column.is_group)))
