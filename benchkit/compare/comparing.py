"""Comparing two runs, or two files of benchmarks: read, judged, and held against the gate."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchkit.compare.comparison import Comparison
from benchkit.compare.guard import check_that_it_guards, in_part, overruled, strictly
from benchkit.compare.runs import Found, Only, compare_benchmarks, compare_runs
from benchkit.compare.sides import Side, open_side
from benchkit.compare.tolerance import Tolerances, parse_rules
from benchkit.errors import UsageError


def compare(
    base: str | Path,
    head: str | Path,
    *,
    rules: Sequence[str] = (),
    only: Only | None = None,
    force: bool = False,
    strict: bool = False,
    subset: bool = False,
) -> Comparison:
    """Judge each cell of HEAD against the same cell of BASE, in quality and in speed.

    Args:
        base: a run's folder, ``git:REVISION:PATH`` of one in the repository of the current folder, or a JSON file of
            pytest-benchmark.
        head: another of the same kind.
        rules: what fails, ``METRIC:LIMIT[@DETECTOR[/ANOMALY]]``, such as ``auroc:-0.01`` or
            ``images_per_second:-20%@gaussian*``; of several that match a cell the last counts. Without any:
            ``auroc:-0.01`` and ``images_per_second:-7.5%``.
        only: ``quality`` or ``speed``: leave the other out.
        force: compare what is not comparable too; ``Comparison.refused`` says what that was.
        strict: AMBIGUOUS fails as well, where a rule guards the cell.
        subset: HEAD was made of a part of BASE on purpose; cells without any row in HEAD are left out.

    Returns:
        The judgements; a loss does not raise.

    Raises:
        UsageError: there is no such run, or a rule that is none, or that guards nothing.
        NotComparableError: another protocol, another machine, or no cell in common.
        StoreError: a run that is damaged, or was written by an older or a newer benchkit.
    """
    tolerances = in_part(parse_rules(rules), quality=only != "speed", speed=only != "quality")
    with tempfile.TemporaryDirectory(prefix="benchkit-compare-") as scratch:
        old, new = _opened(base, Path(scratch, "base")), _opened(head, Path(scratch, "head"))
        found = _compared(old, new, tolerances, only=only, force=force, subset=subset)
    judgements = tuple(strictly(each, tolerances) if strict else each for each in found.judgements)
    check_that_it_guards(judgements, tolerances)
    notes = (*found.notes, *overruled(judgements, tolerances))
    return Comparison(old.name, new.name, judgements, notes, found.refused)


def _opened(side: str | Path, scratch: Path) -> Side:
    scratch.mkdir()
    return open_side(str(side), scratch=scratch)


def _compared(base: Side, head: Side, tolerances: Tolerances, *, only: Only | None, force: bool, subset: bool) -> Found:
    if base.timed is not None and head.timed is not None:
        return compare_runs(base.timed, head.timed, tolerances, only=only, force=force, subset=subset)
    if base.benchmarks is not None and head.benchmarks is not None and only != "quality":
        return compare_benchmarks(base.benchmarks, head.benchmarks, tolerances, force=force, subset=subset)
    raise UsageError(
        f"compare: got {base.name} and {head.name}{f' with --only {only}' if only else ''}; expected two runs, or two "
        "files of pytest-benchmark, which hold no quality. Give two sides of one kind."
    )
