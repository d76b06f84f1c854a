"""Arranging one leaderboard's cells: which rows, which columns, and which cell stands where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd


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
        cells: the cells that are shown, with two more columns: ``row`` and ``member`` (labels).
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

    def find(self, row: str) -> dict[tuple[str, int], dict[str, Any]]:
        """Return a row's cells by (member, seed)."""
        return {(record["member"], record["seed"]): record for record in _records(self.cells, row)}

    def find_left_out(self, row: str) -> list[dict[str, Any]]:
        """Return a row's cells of the anomalies that make no column."""
        return _records(self.left_out, row)


def _records(cells: pd.DataFrame, row: str) -> list[dict[str, Any]]:
    part = cells[cells["row"] == row].to_dict("records")
    return [{str(name): value for name, value in record.items()} for record in part]


def arrange(cells: pd.DataFrame) -> Arrangement:
    """Lay out the cells of one data set, protocol and kind of device."""
    labelled = cells.assign(row=_row_labels(cells), member=_member_labels(cells))
    skipped = labelled["status"].eq("skipped").groupby(labelled["member"]).transform("all").astype(bool)
    # With nothing but skipped cells there is still a table: of detectors that say why.
    shown = labelled[~skipped] if not skipped.all() else labelled
    left_out = labelled[skipped] if not skipped.all() else labelled[:0]
    rows = tuple(sorted(set(labelled["row"]), key=natural))
    seeds = {row: tuple(sorted(set(labelled.loc[labelled["row"] == row, "seed"]))) for row in rows}
    return Arrangement(shown, rows, _columns(shown), seeds, left_out)


def natural(label: str) -> list[str | int]:
    """Return a sort key that puts ``noise-2`` before ``noise-10``."""
    return [int(part) if place % 2 else part for place, part in enumerate(re.split(r"(\d+)", label))]


def _row_labels(cells: pd.DataFrame) -> pd.Series[str]:
    """A detector's name; with its settings where one name ran under several."""
    several = cells.groupby("detector")["settings"].transform("nunique").gt(1)
    return cells["detector"].where(~several, cells["detector"] + "#" + cells["settings"])


def _member_labels(cells: pd.DataFrame) -> pd.Series[str]:
    """An anomaly's name; with its part of the protocol where one name stands for several."""
    hashes = cells["protocol"].str.partition("-")[2]
    several = hashes.where(hashes.ne("")).groupby(cells["anomaly"]).transform("nunique").gt(1)
    return cells["anomaly"].where(~several | hashes.eq(""), cells["anomaly"] + "#" + hashes)


def _column(label: str, members: tuple[str, ...], grouped: bool) -> Column:
    """A group of which one member ran is that member: its mean over ten is another number."""
    return Column(label, members, True) if grouped and len(members) > 1 else Column(members[0], members)


def _columns(cells: pd.DataFrame) -> tuple[Column, ...]:
    groups: dict[tuple[bool, str], set[str]] = {}
    for member, anomaly, group in set(zip(cells["member"], cells["anomaly"], cells["anomaly_group"], strict=True)):
        # An anomaly under two settings would weigh twice in its group's mean: each stands alone then.
        grouped = bool(group) and member == anomaly
        groups.setdefault((grouped, group if grouped else member), set()).add(member)
    columns = [
        _column(label, tuple(sorted(members, key=natural)), grouped) for (grouped, label), members in groups.items()
    ]
    return tuple(sorted(columns, key=lambda column: (natural(column.label), column.is_group)))
