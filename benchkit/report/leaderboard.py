"""From cells to leaderboards: only numbers that can be compared stand in one ranking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from benchkit.report.arrangement import Arrangement, arrange, natural
from benchkit.report.remarks import caption, changed, counted, device_label, footnotes, unfinished
from benchkit.report.sections import Section, member_section, metric_entries, metric_section, speed_section
from benchkit.results import StoredRun

_PLACE = ["dataset", "_kind", "_base"]
_SAME_CELL = [*_PLACE, "protocol", "detector", "settings", "anomaly", "seed"]


@dataclass(frozen=True, eq=False)
class Leaderboard:
    """Everything that is shown of one data set, protocol and kind of device.

    Attributes:
        dataset: name of the data set.
        device: ``cpu``, ``cuda`` or ``mps``.
        protocol: the part of the protocol hash that all its cells share.
        title: data set and device.
        caption: sentences that belong above the tables.
        sections: AUROC, precision, speed, and the members of each group.
        footnotes: sentences that belong below: every cell that is not ok, with its reason.
        arrangement: the cells, laid out.
    """

    dataset: str
    device: str
    protocol: str
    title: str
    caption: tuple[str, ...]
    sections: tuple[Section, ...]
    footnotes: tuple[str, ...]
    arrangement: Arrangement = field(repr=False)


def leaderboards(runs: Iterable[StoredRun]) -> list[Leaderboard]:
    """Return a leaderboard for each data set, kind of device and protocol, in that order.

    Args:
        runs: stored runs, put together. Where two of them hold the same cell, the one given later counts.

    Returns:
        None for no cells. Within each, detectors are ordered by mean AUROC; those that lack a number come last.
    """
    runs = tuple(runs)
    frames = [_placed(run.cells) for run in runs if len(run.cells)]
    if not frames:
        return []
    cells = pd.concat(frames, ignore_index=True)
    repeated = cells.duplicated(_SAME_CELL, keep="last")
    boards = []
    for key, part in cells[~repeated].groupby(_PLACE, sort=True):
        again = cells[repeated & cells[_PLACE].eq(list(key)).all(axis="columns")]
        dataset, kind, base = map(str, key)
        more = (*changed(runs, dataset), *unfinished(runs, dataset), *_repeated(len(again)))
        boards.append(_board(part, dataset, kind, base, more=more))
    return boards


def _placed(cells: pd.DataFrame) -> pd.DataFrame:
    """Add the kind of device and the base of the protocol.

    A task that failed as a whole knows neither: its cells go where the run's others of that data set are, or they
    would vanish from the table that they are missing in.
    """
    kind, base = cells["device"].str.partition(":")[0], cells["protocol"].str.partition("-")[0]
    known = cells.assign(_kind=kind, _base=base)
    for dataset in set(cells["dataset"]):
        here = known["dataset"].eq(dataset)
        settled = known[here & base.ne("")]
        if len(settled):
            known.loc[here & base.eq(""), ["_kind", "_base"]] = settled.iloc[0][["_kind", "_base"]].tolist()
    return known


def _board(cells: pd.DataFrame, dataset: str, kind: str, base: str, *, more: tuple[str, ...]) -> Leaderboard:
    laid_out = arrange(cells)
    order = _ranked(laid_out)
    groups = [column for column in laid_out.columns if column.is_group and len(column.members) > 1]
    sections = (
        metric_section(laid_out, order, "auroc"),
        metric_section(laid_out, order, "precision"),
        speed_section(laid_out, order),
        *(member_section(laid_out, order, group) for group in groups),
    )
    return Leaderboard(
        dataset=dataset,
        device=kind,
        protocol=base,
        title=f"{dataset} on {device_label(kind)}",
        caption=caption(laid_out, dataset=dataset, kind=kind, protocol=base),
        sections=sections,
        footnotes=(*footnotes(laid_out), *more),
        arrangement=laid_out,
    )


def _repeated(number: int) -> tuple[str, ...]:
    return (f"Stored in more than one of the runs, the later counts: {counted(number, 'cell')}.",) if number else ()


def _ranked(cells: Arrangement) -> list[str]:
    means = {row: metric_entries(cells, row, cells.columns, "auroc")[0].value for row in cells.rows}
    complete = sorted((row for row in cells.rows if means[row] is not None), key=lambda row: -(means[row] or 0.0))
    return [*complete, *sorted((row for row in cells.rows if means[row] is None), key=natural)]
