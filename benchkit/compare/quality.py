"""Judging quality: is a metric of a cell better, the same or worse, or can the data not tell?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchkit.compare.differences import Moved
from benchkit.compare.judgement import Judgement, Verdict
from benchkit.compare.matching import Pair
from benchkit.compare.measures import QUALITY, Measure
from benchkit.compare.movement import movement
from benchkit.compare.tolerance import Tolerance, Tolerances
from benchkit.measure.holm import holm
from benchkit.results import StoredRun

LEVEL = 0.05
"""Share of boards without any change on which a cell may be called WORSE at most; the same for BETTER."""

NOT_EVIDENT = "the difference is not clear enough to say"


def judge_quality(
    base: StoredRun, head: StoredRun, pairs: Sequence[Pair], tolerances: Tolerances
) -> tuple[Judgement, ...]:
    """Judge every metric of quality that the rules name, and AUROC, on cells that both runs measured.

    Raises:
        StoreError: raw scores that are damaged, or that are not finite numbers; names the cell.
    """
    found: list[Judgement] = []
    for metric in (QUALITY[name] for name in tolerances.metrics if name in QUALITY):
        wanted = [(pair, rule) for pair in pairs if (rule := tolerances.find(metric.name, *_who(pair))) is not None]
        moved = [movement(base, head, pair, metric.name) for pair, _ in wanted]
        found.extend(judge(metric, wanted, moved))
    return tuple(found)


def judge(metric: Measure, wanted: Sequence[tuple[Pair, Tolerance]], moved: Sequence[Moved]) -> Iterator[Judgement]:
    """Yield the verdict on each difference of one metric.

    Each cell is tested for a fall and for a rise; p-values are adjusted over the cells that were tested, separately
    for the two directions, so that a false WORSE on a board without any change has a probability of ``LEVEL`` at most.

    Args:
        metric: what moved.
        wanted: cells with the rule that counts for each.
        moved: how far each moved.
    """
    falls, rises = _adjusted([each.p_fall for each in moved]), _adjusted([each.p_rise for each in moved])
    for (pair, tolerance), each, fall, rise in zip(wanted, moved, falls, rises, strict=True):
        yield _judgement(metric, pair, tolerance, each, fall if (each.difference or 0.0) < 0 else rise)


def _judgement(metric: Measure, pair: Pair, tolerance: Tolerance, moved: Moved, p_value: float | None) -> Judgement:
    dataset, detector, anomaly, seed = pair.key
    allowed = tolerance.rule.amount(moved.base or 0.0)
    verdict = _verdict(metric, moved, p_value, allowed)
    unclear = NOT_EVIDENT if verdict == "AMBIGUOUS" else ""
    return Judgement(
        dataset=dataset, detector=detector, anomaly=anomaly, seed=seed, metric=metric.name, verdict=verdict,
        base=moved.base, head=moved.head, difference=moved.difference, low=moved.low, high=moved.high,
        p_value=p_value, tolerance=tolerance.rule.text, method=moved.method, reason=moved.reason or unclear,
        fails=tolerance.gates and verdict in ("WORSE", "GONE"),
    )  # fmt: skip


def _verdict(metric: Measure, moved: Moved, p_value: float | None, allowed: float) -> Verdict:
    if moved.method == "identical":
        return "SAME"
    if moved.head is None or moved.base is None:
        return "AMBIGUOUS" if moved.base is moved.head else "GONE" if moved.head is None else "NEW"
    if moved.difference is None or moved.low is None or moved.high is None or p_value is None:
        return "AMBIGUOUS"
    if p_value < LEVEL and abs(moved.difference) > allowed:
        return "BETTER" if (moved.difference > 0) == metric.higher_is_better else "WORSE"
    return "SAME" if -allowed <= moved.low and moved.high <= allowed else "AMBIGUOUS"


def _adjusted(p_values: Sequence[float | None]) -> list[float | None]:
    tested = [value for value in p_values if value is not None]
    adjusted = iter(holm(tested).tolist())
    return [None if value is None else next(adjusted) for value in p_values]


def _who(pair: Pair) -> tuple[str, tuple[str, ...]]:
    return pair.key[1], (pair.key[2],)
