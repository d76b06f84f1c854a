"""Two runs, or two files of benchmarks: may they be compared, and what became of each cell?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from benchkit.compare.judgement import Judgement
from benchkit.compare.matching import Matching, match
from benchkit.compare.notes import notes_on
from benchkit.compare.protocols import protocol_difference
from benchkit.compare.pytest_benchmark import BenchmarkFile
from benchkit.compare.quality import judge_quality
from benchkit.compare.speed import TimedRun, judge_runs, run_differences
from benchkit.compare.speed_benchmarks import benchmark_differences, judge_benchmarks
from benchkit.compare.tolerance import Tolerances
from benchkit.errors import NotComparableError, UsageError

Only = Literal["quality", "speed"]


@dataclass(frozen=True)
class Found:
    """What a comparison found.

    Attributes:
        judgements: one a cell and metric.
        notes: what is worth knowing, one sentence each.
        refused: what is not comparable and was compared all the same, one sentence each.
    """

    judgements: tuple[Judgement, ...]
    notes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def compare_runs(
    base: TimedRun, head: TimedRun, tolerances: Tolerances, *, only: Only | None, force: bool, subset: bool
) -> Found:
    """Judge each cell of HEAD against the same cell of BASE.

    Raises:
        UsageError: HEAD is called a part of BASE and did not finish.
        NotComparableError: no cell in common; without ``force`` also another protocol or another machine.
        StoreError: raw scores that are damaged.
    """
    matching = _matched(base, head, subset=subset)
    refused = _refuse([*_obstacles(base, head, matching, only)], force=force)
    judgements = (*matching.single, *_judged(base, head, matching, tolerances, only))
    return Found(judgements, notes_on(base.run, head.run, matching), refused)


def compare_benchmarks(
    base: BenchmarkFile, head: BenchmarkFile, tolerances: Tolerances, *, force: bool, subset: bool
) -> Found:
    """Judge each benchmark of HEAD against the same of BASE.

    Raises:
        NotComparableError: no benchmark in common; without ``force`` also another machine.
    """
    if not base.benchmarks.keys() & head.benchmarks.keys():
        raise NotComparableError(
            f"compare: {base.name} and {head.name} have no benchmark in common; expected two files of the same suite."
        )
    differences = benchmark_differences(base, head)
    refused = _refuse([_speed_obstacle(differences)] if differences else [], force=force)
    return Found(tuple(judge_benchmarks(base, head, tolerances, subset=subset)), refused=refused)


def _refuse(obstacles: Sequence[str], *, force: bool) -> tuple[str, ...]:
    """Return the obstacles, to be shown, where they are overridden.

    Raises:
        NotComparableError: there are obstacles and they are not.
    """
    if obstacles and not force:
        raise NotComparableError(
            f"compare: {' '.join(obstacles)} Expected two sides that were made in one way: make one of them anew, or "
            "add --force to see the numbers all the same, marked."
        )
    return tuple(obstacles)


def _speed_obstacle(differences: Sequence[str]) -> str:
    """Return one sentence on what forbids comparing speeds."""
    return f"Speeds cannot be compared: {'; '.join(differences)}; --only quality leaves them out."


def _matched(base: TimedRun, head: TimedRun, *, subset: bool) -> Matching:
    if subset and head.run.manifest.get("state", "finished") != "finished":
        raise UsageError(
            f"compare: got --subset with HEAD {head.run.folder}, which did not finish; expected a run of which nothing "
            "is missing by accident. Go on with it: benchkit run --resume."
        )
    matching = match(base.run, head.run, subset=subset)
    if not matching.common:
        raise NotComparableError(
            f"compare: {base.run.folder} and {head.run.folder} have no cell in common (data set, detector, anomaly and "
            "seed); expected two runs of the same board. Compare runs of one data set, with the same seeds."
        )
    return matching


def _obstacles(base: TimedRun, head: TimedRun, matching: Matching, only: Only | None) -> Iterator[str]:
    if only != "speed" and (found := protocol_difference(base.run, head.run, matching.pairs)):
        yield found
    if only != "quality" and (differences := run_differences(base, head)):
        yield _speed_obstacle(differences)


def _judged(
    base: TimedRun, head: TimedRun, matching: Matching, tolerances: Tolerances, only: Only | None
) -> Iterator[Judgement]:
    if only != "speed":
        yield from judge_quality(base.run, head.run, matching.pairs, tolerances)
    if only != "quality":
        yield from judge_runs(base, head, tolerances)
