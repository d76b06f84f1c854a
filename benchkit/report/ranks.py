"""Ranks: which detectors lead over the anomalies, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchkit.report.apart import Apart, tell_apart
from benchkit.report.arrangement import Arrangement
from benchkit.report.entry import Entry
from benchkit.report.estimates import member_means
from benchkit.report.letters import groups, letters
from benchkit.report.rank_ranges import rank_ranges
from benchkit.report.rank_remarks import rank_remarks
from benchkit.report.sections import Entries, Heading, Section, table

_HEADINGS = (Heading("mean rank ↓", False), Heading("rank range", None), Heading("group", None))


@dataclass(frozen=True, eq=False)
class Ranking:
    """How k detectors stand to each other; those that lack a number are not among them.

    Attributes:
        detectors: their rows, in the leaderboard's order.
        apart: their mean ranks over the anomalies, and who can be told apart by them.
        ranges: for each the best and the worst rank by mean AUROC that the data allow; None without an interval.
        sets: places of detectors that cannot be told apart; None where they are too many to show.
    """

    detectors: tuple[str, ...]
    apart: Apart
    ranges: tuple[tuple[int, int] | None, ...]
    sets: tuple[tuple[int, ...], ...] | None


def ranking(cells: Arrangement, order: Sequence[str], auroc: Entries, *, posthoc: str) -> Ranking:
    """Return how the detectors stand to each other in AUROC.

    Args:
        cells: laid out.
        order: of the rows.
        auroc: each row's entries, the mean first.
        posthoc: the test of pairs after Friedman's, one of ``apart.POSTHOC``.

    Raises:
        UsageError: there is no such test.
    """
    detectors = tuple(row for row in order if auroc[row][0].value is not None)
    blocks = [member_means(cells, row, "auroc") for row in detectors]
    values = np.stack(blocks, axis=1) if blocks else np.empty((len(cells.members), 0))
    apart = tell_apart(values, posthoc=posthoc)
    by_rank = np.argsort(apart.mean_ranks, kind="stable")
    found = groups(apart.pairs[np.ix_(by_rank, by_rank)]) if apart.test else None
    sets = None if found is None else tuple(tuple(by_rank[list(members)].tolist()) for members in found)
    return Ranking(detectors, apart, _ranges([auroc[row][0] for row in detectors]), sets)


def _ranges(means: Sequence[Entry]) -> tuple[tuple[int, int] | None, ...]:
    ends = [(mean.value, mean.low, mean.high) for mean in means]
    values, lows, highs = np.array(ends, dtype=np.float64).reshape(-1, 3).T  # None becomes NaN
    lowest, highest = rank_ranges(values, lows, highs)
    known = np.isfinite(lows + highs)
    pairs = zip(lowest.tolist(), highest.tolist(), strict=True)
    return tuple(pair if there else None for pair, there in zip(pairs, known.tolist(), strict=True))


def rank_section(cells: Arrangement, order: Sequence[str], found: Ranking) -> Section:
    """Return for each detector its mean rank, the range of ranks that the data allow, and its group's letters."""
    entries = dict(zip(found.detectors, _entries(found), strict=True))
    rows = [(row, entries.get(row, (Entry(), Entry(), Entry()))) for row in order]
    unranked = [row for row in order if row not in entries]
    notes = rank_remarks(cells, found.apart, len(found.detectors), unranked=unranked, grouped=found.sets is not None)
    return Section("ranks", "Ranks by AUROC", _HEADINGS, table(rows, _HEADINGS), notes)


def _entries(found: Ranking) -> list[tuple[Entry, ...]]:
    k = len(found.detectors)
    labels = [Entry().text] * k if found.sets is None else letters(found.sets, k)
    return [
        (_mean(rank), _range(ends), Entry(text=label))
        for rank, ends, label in zip(found.apart.mean_ranks.tolist(), found.ranges, labels, strict=True)
    ]


def _mean(rank: float) -> Entry:
    return Entry(rank, text=f"{rank:.2f}")


def _range(ends: tuple[int, int] | None) -> Entry:
    if ends is None:
        return Entry()
    low, high = ends
    return Entry(low=low, high=high, text=str(low) if low == high else f"{low}–{high}")
