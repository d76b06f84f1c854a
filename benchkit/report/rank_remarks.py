"""What stands above the ranks: how they were found, and what they do not say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchkit.report.apart import NEMENYI, Apart
from benchkit.report.arrangement import Arrangement
from benchkit.report.labels import natural
from benchkit.report.remarks import counted, listed, span

_TINY = 1e-16


def rank_remarks(
    cells: Arrangement, apart: Apart, k: int, *, unranked: Sequence[str], grouped: bool
) -> tuple[str, ...]:
    """Return the sentences that the ranks cannot be understood without.

    Args:
        cells: laid out.
        apart: what was tested.
        k: number of detectors that are ranked.
        unranked: those that are not.
        grouped: whether the groups are shown.
    """
    lines = [*_blocks(cells), *_tests(apart, k, grouped=grouped), *_ranges(k)]
    if unranked:
        lines.append(f"Not ranked, for want of a number: {listed(sorted(unranked, key=natural))}.")
    return tuple(lines)


def _blocks(cells: Arrangement) -> Iterator[str]:
    number = len(cells.members)
    yield (
        f"Mean rank: 1 is the best; over {counted(number, 'anomaly', 'anomalies')}, each of them one block with the "
        "mean over seeds as its number; ties share their ranks."
    )
    for column in cells.columns:
        if column.is_group:
            yield f"{span(column.members)} are {len(column.members)} blocks here, and one column in Mean."


def _tests(apart: Apart, k: int, *, grouped: bool) -> Iterator[str]:
    if not apart.test:
        yield (
            f"No test of differences: there {_are(k, 'detector')} to rank and "
            f"{counted(apart.blocks, 'anomaly', 'anomalies')}; it needs two of each, Friedman's three detectors."
        )
        return
    yield _first(apart, k)
    shared = "Detectors that share a letter cannot be told apart by these ranks."
    yield shared if grouped else "The groups are too many to show."


def _first(apart: Apart, k: int) -> str:
    if apart.test == "Wilcoxon":
        return f"Two detectors are too few for Friedman's test: Wilcoxon's signed ranks, {p_text(apart)}."
    chi = f"Friedman: chi² = {apart.statistic:.1f}, {k - 1} degrees of freedom, {p_text(apart)}"
    if not apart.posthoc:
        return f"{chi}: no difference between any of them is shown, and no pair is tested."
    if apart.posthoc == NEMENYI:
        return f"{chi}; then Nemenyi at 5 %: critical difference {apart.critical_difference:.2f} mean ranks."
    return f"{chi}; then Wilcoxon's signed ranks, Holm over {_pairs(k)} at 5 %."


def _ranges(k: int) -> Iterator[str]:
    if k > 1:
        yield (
            "Rank range: where a detector may stand by Mean, after those that are significantly better and before "
            f"those significantly worse (unpaired z from the intervals, Holm over {_pairs(k)} at 5 %; conservative)."
        )


def _pairs(k: int) -> str:
    number = k * (k - 1) // 2
    return f"{number:,} pair" + ("" if number == 1 else "s")


def _are(number: int, noun: str) -> str:
    return f"{'is' if number == 1 else 'are'} {counted(number, noun)}"


def p_text(apart: Apart) -> str:
    """Return ``p = 0.012``, with two digits."""
    value = apart.p_value or 0.0
    return f"p = {value:.2g}" if value >= _TINY else f"p < {_TINY:g}"
