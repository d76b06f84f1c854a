"""How fast the fit groups of two runs are: raw repeats where there are any, else fit group beside fit group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchkit.compare.judgement import Judgement
from benchkit.compare.measures import SPEED
from benchkit.compare.speed_contest import Contest, judge
from benchkit.compare.speed_drift import without_drift
from benchkit.compare.speed_groups import SHARED, Pair, Timed, matched_groups
from benchkit.compare.speed_hardware import hardware_differences
from benchkit.compare.speed_ratio import Ratio, paired_ratio, unpaired_ratio
from benchkit.compare.speed_repeats import Repeats, same_reference, stretches, weakness
from benchkit.compare.speed_turns import stretches_of_turns, timed_in_turns
from benchkit.compare.tolerance import Tolerances
from benchkit.results import StoredRun, TimingRecord

REPEATED = ("images_per_second", "latency_p50_ms")
"""The costs that raw repeats tell of: both are read off the median."""

MIN_GROUPS = 6
"""With fewer pairs the signed-rank test cannot reach 5 %, whatever they are."""


@dataclass(frozen=True)
class TimedRun:
    """A run with its raw repeats.

    Attributes:
        run: the stored run.
        timings: what ``read_timings`` found in its folder.
    """

    run: StoredRun
    timings: Sequence[TimingRecord] = ()


def judge_runs(base: TimedRun, head: TimedRun, tolerances: Tolerances) -> list[Judgement]:
    """Judge every speed metric that a rule names, and throughput always.

    Throughput and median latency get one judgement a fit group, from its raw repeats. The other costs are one number a
    fit group: they get one judgement a detector, over all its fit groups, and stay AMBIGUOUS where those are fewer than
    ``MIN_GROUPS``, however far apart the numbers are: one fit that took longer does not tell a slower detector from a
    busy machine.

    Args:
        base: what is compared with.
        head: what is judged.
        tolerances: the rules.
    """
    pairs = matched_groups(base.run, head.run, base.timings, head.timings)
    contests: list[Contest] = []
    for metric in tolerances.metrics:
        if metric in REPEATED:
            contests += [of_repeats(pair, metric) for pair in pairs]
        elif metric in SPEED:
            contests += _over_groups(pairs, metric)
    return judge(contests, lambda contest: tolerances.find(contest.metric, contest.detector, contest.anomalies))


def run_differences(base: TimedRun, head: TimedRun) -> tuple[str, ...]:
    """Return what forbids comparing the speeds of two runs, one clause each; empty where nothing does.

    Args:
        base: what is compared with.
        head: what is judged.
    """
    pairs = matched_groups(base.run, head.run, base.timings, head.timings)
    return hardware_differences((pair.base.hardware, pair.head.hardware) for pair in pairs if _was_timed(pair))


def of_repeats(pair: Pair, metric: str) -> Contest:
    """Return the contest of one fit group in ``images_per_second`` or ``latency_p50_ms``."""
    base, head = pair.base, pair.head
    reason = _obstacle(base, head)
    ratio = None if reason or base.repeats is None or head.repeats is None else speed_ratio(base.repeats, head.repeats)
    return Contest(
        dataset=pair.dataset,
        detector=pair.detector,
        anomalies=pair.anomalies,
        seed=pair.seed,
        metric=metric,
        base=base.values.get(metric),
        head=head.values.get(metric),
        identical=_identical(base, head, metric),
        ratio=ratio,
        reason=reason,
    )


def speed_ratio(base: Repeats, head: Repeats) -> Ratio:
    """Return HEAD's speed divided by BASE's, from the stretches of both.

    Where the machine's drift can be taken out, a change has to be there with and without that: a machine that became
    faster between two runs can make the same detector look slower, or the other way round.
    Two runs that were timed in turns had the same drift: each stretch of the one is held against the other's.
    """
    if timed_in_turns(base, head):
        return paired_ratio(*stretches_of_turns(base, head)).inverse()
    found = unpaired_ratio(stretches(base), stretches(head))
    if same_reference(base, head):
        found = found.and_also(unpaired_ratio(*without_drift(base, head)))
    return found.inverse()


def _was_timed(pair: Pair) -> bool:
    return bool(pair.base.lane and pair.head.lane)


def _identical(base: Timed, head: Timed, metric: str) -> bool:
    values = base.values.get(metric), head.values.get(metric)
    return values[0] is not None and values[0] == values[1] and base.repeats == head.repeats


def _obstacle(base: Timed, head: Timed) -> str:
    """Return why the raw repeats of a fit group cannot be compared, or an empty text."""
    for side, timed in (("BASE", base), ("HEAD", head)):
        if timed.lane == SHARED:
            return f"{side} was timed while the run did other work on that machine: run it with --jobs 1."
        if timed.repeats is None:
            return f"{side} holds no raw repeats of this fit group: run it again with this benchkit."
    if base.repeats is None or head.repeats is None:
        return ""
    if timed_in_turns(base.repeats, head.repeats):
        return ""
    found = weakness(base.repeats, head.repeats)
    return f"{found} Use benchkit run --timing-noise 0 --timing-seconds 6." if found else ""


def _over_groups(pairs: Iterable[Pair], metric: str) -> list[Contest]:
    """Return a contest for each detector, over its fit groups."""
    detectors: defaultdict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        if metric in pair.base.values and metric in pair.head.values:
            detectors[pair.dataset, pair.detector].append(pair)
    return [_of_groups(found, metric) for found in detectors.values()]


def _of_groups(pairs: Sequence[Pair], metric: str) -> Contest:
    base = np.array([pair.base.values[metric] for pair in pairs])
    head = np.array([pair.head.values[metric] for pair in pairs])
    positive = (base > 0) & (head > 0)  # a view that is not trained takes no time
    enough = int(positive.sum()) >= MIN_GROUPS
    ratio = paired_ratio(base[positive], head[positive]) if enough else None
    higher = SPEED[metric].higher_is_better
    return Contest(
        dataset=pairs[0].dataset,
        detector=pairs[0].detector,
        anomalies=tuple(dict.fromkeys(name for pair in pairs for name in pair.anomalies)),
        seed=pairs[0].seed if len({pair.seed for pair in pairs}) == 1 else None,
        metric=metric,
        base=float(np.median(base)),
        head=float(np.median(head)),
        identical=bool(np.array_equal(base, head)),
        ratio=ratio if ratio is None or higher else ratio.inverse(),
        reason="" if enough else _few(int(positive.sum()), metric),
    )


def _few(count: int, metric: str) -> str:
    return (
        f"{metric} is one number a fit group, and {count} on each side are not enough to tell a change from a busy "
        f"machine: {MIN_GROUPS} are, such as from --seeds {MIN_GROUPS}."
    )
