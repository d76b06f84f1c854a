"""From cells to leaderboards: only numbers that can be compared stand in one ranking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from benchkit.report.apart import NEMENYI, check_posthoc
from benchkit.report.arrangement import Arrangement, arrange
from benchkit.report.labels import labels_of, natural
from benchkit.report.limits import limit_notes
from benchkit.report.ranks import Ranking, rank_section, ranking
from benchkit.report.remarks import caption, changed, counted, device_label, footnotes, leaking, unfinished
from benchkit.report.sections import Entries, Section, member_section, metric_entries, metric_section, speed_section
from benchkit.report.shown import MEMBERS, RANKS, SPEED_TABLE, SWEEP, Shown, check_columns
from benchkit.report.speed import LIMIT
from benchkit.report.sweep import of_board, sweep_of, sweep_section
from benchkit.report.timing_notes import timing_notes
from benchkit.results import StoredRun

_PLACE = ["dataset", "_kind", "_base"]
_REPEATING = [
    "dataset", "detector", "anomaly", "anomaly_group", "status", "threshold_policy", "device", "device_name",
    "protocol", "settings", "timing_flags", "_kind", "_base",
]  # fmt: skip
"""Texts of which a million cells have few."""

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
        sections: the tables that were asked for: AUROC, ranks, precision, speed, and the members of each group.
        footnotes: sentences that belong below: every cell that is not ok, with its reason.
        arrangement: the cells, laid out.
        ranking: how the detectors stand to each other.
        shown: what was asked for.
        sweep: the sizes of batches that were timed beside the usual one; see ``benchkit.report.sweep``.
    """

    dataset: str
    device: str
    protocol: str
    title: str
    caption: tuple[str, ...]
    sections: tuple[Section, ...]
    footnotes: tuple[str, ...]
    arrangement: Arrangement = field(repr=False)
    ranking: Ranking = field(repr=False)
    shown: Shown = field(repr=False)
    sweep: pd.DataFrame = field(repr=False)


def leaderboards(
    runs: Iterable[StoredRun], *, posthoc: str = NEMENYI, columns: Sequence[str] | str | None = None
) -> list[Leaderboard]:
    """Return a leaderboard for each data set, kind of device and protocol, in that order.

    Args:
        runs: stored runs, put together. Where two of them hold the same cell, the one given later counts.
        posthoc: the test of pairs that follows Friedman's: ``nemenyi`` or ``wilcoxon-holm``.
        columns: names of what is to be shown, see ``benchkit.report.shown.COLUMNS``; None shows the usual.

    Returns:
        None for no cells. Within each, detectors are ordered by mean AUROC; those that lack a number come last.

    Raises:
        UsageError: there is no such post-hoc test, or no such column.
    """
    check_posthoc(posthoc)
    wanted = check_columns(columns)
    runs = tuple(runs)
    frames = [_placed(run.cells) for run in runs if len(run.cells)]
    if not frames:
        return []
    cells, again = _put_together(frames)
    boards = []
    for (dataset, kind, base), part in _places(cells):
        more = (
            *leaking(runs, dataset, base),
            *changed(runs, dataset),
            *unfinished(runs, dataset),
            *_repeated(again.get((dataset, kind, base), 0)),
        )
        boards.append(_board(part, (dataset, kind, base), runs, wanted, more=more, posthoc=posthoc))
    return boards


def _put_together(frames: list[pd.DataFrame]) -> tuple[pd.DataFrame, pd.Series[int]]:
    """Return the cells of all runs, of equal ones the last; and how many were put aside for that in each place."""
    cells = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    cells = cells.astype(dict.fromkeys(_REPEATING, "category"))  # compared as numbers from here on
    repeated = cells.duplicated(_SAME_CELL, keep="last")
    return cells[~repeated] if repeated.any() else cells, cells.loc[repeated, _PLACE].astype(str).value_counts()


def _places(cells: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str], pd.DataFrame]]:
    """Yield the cells of each data set, kind of device and protocol, in that order."""
    kinds = cells[_PLACE].drop_duplicates()
    if len(kinds) == 1:  # no copy of a million cells
        yield _key(*kinds.iloc[0]), cells
        return
    for key, part in cells.groupby(_PLACE, sort=True, observed=True):
        yield _key(*key), part


def _key(dataset: Any, kind: Any, base: Any) -> tuple[str, str, str]:
    return str(dataset), str(kind), str(base)


def _placed(cells: pd.DataFrame) -> pd.DataFrame:
    """Add the kind of device and the base of the protocol.

    A task that failed as a whole knows neither: its cells go where the run's others of that data set are, or they
    would vanish from the table that they are missing in.
    """
    known = cells.assign(_kind=_before(cells, "device", ":"), _base=_before(cells, "protocol", "-"))
    lost = known["_base"].eq("")
    if lost.any():
        for dataset, kind, base in known.loc[~lost, _PLACE].drop_duplicates("dataset").itertuples(index=False):
            known.loc[lost & known["dataset"].eq(dataset), ["_kind", "_base"]] = [kind, base]
    return known


def _before(cells: pd.DataFrame, field: str, mark: str) -> pd.Series[Any]:
    """Return the part of a text that stands before the first ``mark``."""
    return labels_of(cells, [field], lambda kinds: kinds[field].str.partition(mark)[0], key=str)


def _board(
    cells: pd.DataFrame,
    place: tuple[str, str, str],
    runs: Sequence[StoredRun],
    wanted: Shown,
    *,
    more: tuple[str, ...],
    posthoc: str,
) -> Leaderboard:
    dataset, kind, base = place
    laid_out = arrange(cells)
    auroc = metric_entries(laid_out, laid_out.columns, "auroc")
    order = _ranked(auroc)
    ranks = ranking(laid_out, order, auroc, posthoc=posthoc)
    sweep = of_board(sweep_of(runs), laid_out, dataset=dataset, kind=kind)
    limited = any(column.name == LIMIT for column in wanted.speed)
    notes = limit_notes(laid_out, runs, dataset=dataset, kind=kind) if limited else ()
    tables = _sections(laid_out, order, ranks, wanted, (*timing_notes(laid_out, order), *notes), sweep)
    return Leaderboard(
        dataset=dataset,
        device=kind,
        protocol=base,
        title=f"{dataset} on {device_label(kind)}",
        caption=caption(laid_out, dataset=dataset, kind=kind, protocol=base, metrics=wanted.metrics),
        sections=tuple(tables),
        footnotes=(*footnotes(laid_out), *more),
        arrangement=laid_out,
        ranking=ranks,
        shown=wanted,
        sweep=sweep,
    )


def _sections(
    cells: Arrangement,
    order: list[str],
    ranks: Ranking,
    wanted: Shown,
    speed_notes: tuple[str, ...],
    sweep: pd.DataFrame,
) -> Iterator[Section]:
    for name in wanted.tables:
        if name == RANKS:
            yield rank_section(cells, order, ranks)
        elif name == SPEED_TABLE:
            yield speed_section(cells, order, wanted.speed, speed_notes)
        elif name == SWEEP:
            yield from sweep_section(sweep, order, always=wanted.chosen)
        elif name == MEMBERS:
            groups = [column for column in cells.columns if column.is_group and len(column.members) > 1]
            yield from (member_section(cells, order, group) for group in groups)
        else:
            yield metric_section(cells, order, name, metric_entries(cells, cells.columns, name))


def _repeated(number: int) -> tuple[str, ...]:
    return (f"Stored in more than one of the runs, the later counts: {counted(number, 'cell')}.",) if number else ()


def _ranked(entries: Entries) -> list[str]:
    means = {row: mean.value for row, (mean, *_) in entries.items()}
    complete = sorted((row for row in means if means[row] is not None), key=lambda row: -(means[row] or 0.0))
    return [*complete, *sorted((row for row in means if means[row] is None), key=natural)]
