"""From the numbers of two sides to a verdict on speed: Holm over everything that was tested, then the tolerance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchkit.compare.judgement import BAD, Judgement, Method, Verdict
from benchkit.compare.measures import SPEED
from benchkit.compare.speed_ratio import LEVEL, Ratio
from benchkit.compare.tolerance import Rule, Tolerance
from benchkit.measure.holm import holm

_METHOD: Method = "rank test"


@dataclass(frozen=True, kw_only=True)
class Contest:
    """One metric of one fit group, of one detector or of one benchmark, on both sides.

    Attributes:
        dataset: name of the data set; empty for a benchmark.
        detector: name of the detector's row, or of the benchmark.
        anomalies: the columns; empty for a benchmark.
        seed: of the fit; None where there are several, or none.
        metric: a name in ``measures.SPEED``.
        base: BASE's value in the metric's unit.
        head: HEAD's.
        identical: whether all that was measured is equal to the last bit.
        ratio: HEAD's speed divided by BASE's (of memory BASE's divided by HEAD's): less than 1 is worse. None where
            it cannot be judged.
        reason: why not.
    """

    dataset: str = ""
    detector: str
    anomalies: tuple[str, ...] = ()
    seed: int | None = None
    metric: str
    base: float | None = None
    head: float | None = None
    identical: bool = False
    ratio: Ratio | None = None
    reason: str = ""


Find = Callable[[Contest], Tolerance | None]
"""Returns the rule that counts for a contest."""


def judge(contests: Iterable[Contest], find: Find) -> list[Judgement]:
    """Return a judgement for each contest, in their order.

    The p-values are adjusted by Holm's method for all contests of the same metric that have one.

    Args:
        contests: what is held against each other.
        find: returns the rule that counts for a contest.
    """
    together = list(contests)
    adjusted = _adjusted(together)
    return [_judgement(contest, find(contest), p_value) for contest, p_value in zip(together, adjusted, strict=True)]


def lowest_ratio(rule: Rule, base: float) -> float:
    """Return the smallest ratio of speeds that a rule allows: 0.9 for ``images_per_second:-10%``, 1 / 1.1 for ``+10%``.

    Args:
        rule: the rule.
        base: BASE's value, which turns an absolute limit into a share.
    """
    share = rule.share(base)
    return max(0.0, 1.0 - share) if SPEED[rule.metric].higher_is_better else 1.0 / (1.0 + share)


def _adjusted(contests: Sequence[Contest]) -> list[float | None]:
    tested: defaultdict[str, list[int]] = defaultdict(list)
    found: list[float | None] = [None] * len(contests)
    for place, contest in enumerate(contests):
        if contest.ratio is not None:
            tested[contest.metric].append(place)
    for places in tested.values():
        values = [ratio.p_value for place in places if (ratio := contests[place].ratio) is not None]
        for place, value in zip(places, holm(values), strict=True):
            found[place] = float(value)
    return found


def _judgement(contest: Contest, tolerance: Tolerance | None, p_value: float | None) -> Judgement:
    verdict, reason, method = _verdict(contest, tolerance, p_value)
    ratio = contest.ratio
    return Judgement(
        dataset=contest.dataset,
        detector=contest.detector,
        anomaly=",".join(contest.anomalies),
        seed=contest.seed,
        metric=contest.metric,
        verdict=verdict,
        base=contest.base,
        head=contest.head,
        difference=ratio.value if ratio else None,
        low=ratio.low if ratio else None,
        high=ratio.high if ratio else None,
        p_value=p_value,
        tolerance=tolerance.rule.text if tolerance else "",
        method=method,
        reason=reason,
        fails=verdict in BAD and tolerance is not None and tolerance.gates,
    )


def _verdict(contest: Contest, tolerance: Tolerance | None, p_value: float | None) -> tuple[Verdict, str, Method]:
    if contest.identical:
        return "SAME", "", "identical"
    if contest.ratio is None or p_value is None or contest.base is None:
        return "AMBIGUOUS", contest.reason, ""
    if tolerance is None:
        return "AMBIGUOUS", "No rule says how large a change counts.", ""
    lowest = lowest_ratio(tolerance.rule, contest.base)
    verdict = _beyond(contest.ratio, p_value, lowest) or _within(contest.ratio, lowest)
    return (verdict, "", _METHOD) if verdict else ("AMBIGUOUS", _why(contest.ratio, p_value), _METHOD)


def _beyond(ratio: Ratio, p_value: float, lowest: float) -> Verdict | None:
    """A change has to be one by the test, and larger than the rule allows."""
    if p_value >= LEVEL:
        return None
    if ratio.value < lowest:
        return "SLOWER"
    return "FASTER" if ratio.value * lowest > 1.0 else None


def _within(ratio: Ratio, lowest: float) -> Verdict | None:
    if ratio.low is None or ratio.high is None:
        return None
    return "SAME" if ratio.low >= lowest and ratio.high * lowest <= 1.0 else None


def _why(ratio: Ratio, p_value: float) -> str:
    if ratio.low is None:
        return "Too few repeats for a test: allow more time, such as benchkit run --timing-noise 0 --timing-seconds 6."
    change = "a change was found" if p_value < LEVEL else "no change was found"
    return f"By the test {change}, and the interval reaches beyond the tolerance: time longer, or in turns (--beside)."
