"""What a reader is to see of a comparison, before any format: a table of what changed, and counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchkit.compare.comparison import Comparison
from benchkit.compare.judgement import Judgement
from benchkit.compare.measures import MEASURES, QUALITY

HEADINGS = ("verdict", "detector", "anomaly", "metric", "BASE", "HEAD", "change [95 % interval]", "p", "rule", "how")

SHOWN = 50
"""Rows of a table, at most, beyond what fails: of thousands nobody reads the last."""

_WORST = ("GONE", "WORSE", "SLOWER", "AMBIGUOUS", "NEW", "BETTER", "FASTER")
_NAMED = 3


@dataclass(frozen=True)
class Layout:
    """A comparison, laid out.

    Attributes:
        closing: the outcome in one sentence.
        rows: what changed, what fails first, one text for each of ``HEADINGS``; holds text of plugins.
        unjudged: sentences on what could not be judged, one a reason.
        counts: sentences, one a metric: how often each verdict was given.
    """

    closing: str
    rows: tuple[tuple[str, ...], ...]
    unjudged: tuple[str, ...]
    counts: tuple[str, ...]


def layout(comparison: Comparison) -> Layout:
    """Lay out a comparison."""
    changed = [each for each in comparison.judgements if each.verdict != "SAME"]
    single, unjudged = _parted(changed)
    single.sort(key=_badness)
    failing = sum(each.fails for each in single)
    shown = single[: max(failing, SHOWN)]
    more = [f"{len(single) - len(shown)} more are not shown; --format json has them all."][: len(single) > len(shown)]
    several = len({each.seed for each in comparison.judgements}) > 1
    datasets = len({each.dataset for each in comparison.judgements}) > 1
    return Layout(
        _closing(comparison),
        tuple(_row(each, seed=several, dataset=datasets) for each in shown),
        (*unjudged, *more, *_explained(shown)),
        tuple(_counts(comparison.judgements)),
    )


def _parted(judgements: Iterable[Judgement]) -> tuple[list[Judgement], list[str]]:
    """Return what gets a row, and a sentence for each reason: of a row, or of what could not be judged and has none."""
    single: list[Judgement] = []
    groups: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for each in judgements:
        loose = each.verdict in ("AMBIGUOUS", "NEW") and not each.method and not each.fails
        if not loose:
            single.append(each)
        if loose or each.reason:
            groups[each.verdict, each.metric, each.reason].append(_place(each))
    return single, [_sentence(*key, places) for key, places in groups.items()]


def _explained(shown: Iterable[Judgement]) -> Iterator[str]:
    if any(each.method == "rank test" for each in shown):
        yield "× is HEAD's speed over BASE's, the machine's drift taken out: not the ratio of the two medians shown."


def _place(judgement: Judgement) -> str:
    """Return the cell in few words; of a fit group, whose columns are many, the detector."""
    one = judgement.anomaly and len(judgement.anomalies) == 1
    return f"{judgement.detector} {judgement.anomaly}" if one else judgement.detector


def _sentence(verdict: str, metric: str, reason: str, places: Sequence[str]) -> str:
    which = ", ".join([*places[:_NAMED], *(["…"] if len(places) > _NAMED else [])])
    about = f" in {_title(metric)}" if metric else ""
    return f"{len(places)} {verdict}{about} ({which}): {reason or 'only HEAD has it'}"


def _badness(judgement: Judgement) -> tuple[bool, int, float]:
    return not judgement.fails, _WORST.index(judgement.verdict), -_size(judgement)


def _size(judgement: Judgement) -> float:
    if judgement.difference is None:
        return 0.0
    # A ratio of 0.5 is as bad as one of 2 is good.
    return abs(judgement.difference - 1.0) if judgement.method == "rank test" else abs(judgement.difference)


def _row(judgement: Judgement, *, seed: bool, dataset: bool) -> tuple[str, ...]:
    place = f"{judgement.dataset}: {judgement.anomaly}" if dataset and judgement.dataset else judgement.anomaly
    return (
        f"{judgement.verdict} (fails)" if judgement.fails else judgement.verdict,
        judgement.detector,
        f"{place}, seed {judgement.seed}" if seed and judgement.seed is not None else place,
        _title(judgement.metric),
        number(judgement.base, judgement.metric),
        number(judgement.head, judgement.metric),
        _change(judgement),
        "" if judgement.p_value is None else _p_value(judgement.p_value),
        judgement.tolerance,
        judgement.method,
    )


def describe(judgement: Judgement) -> str:
    """Return a judgement in one sentence; holds text of plugins."""
    base, head = number(judgement.base, judgement.metric), number(judgement.head, judgement.metric)
    change = f"{_title(judgement.metric)} {base} → {head}, {_change(judgement)}" if judgement.metric else ""
    rule = f"rule {judgement.tolerance}" if judgement.tolerance else ""
    return "; ".join(part for part in (judgement.verdict, change, rule, judgement.method, judgement.reason) if part)


def number(value: float | None, metric: str) -> str:
    """Return a value as a table shows it."""
    if value is None:
        return "—"
    return f"{value:.4f}" if metric in QUALITY else f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def _change(judgement: Judgement) -> str:
    if judgement.difference is None:
        return ""
    ratio = judgement.method == "rank test" or judgement.metric not in QUALITY
    form = "×{:.3f}" if ratio else "{:+.4f}"
    ends = [end for end in (judgement.low, judgement.high) if end is not None]
    interval = f" [{', '.join(form.format(end) for end in ends)}]" if len(ends) == 2 else ""
    return form.format(judgement.difference) + interval


def _p_value(value: float) -> str:
    return "<0.0001" if value < 0.0001 else f"{value:.4f}" if value < 0.1 else f"{value:.2f}"


def _title(metric: str) -> str:
    return MEASURES[metric].title if metric in MEASURES else metric


def _counts(judgements: Sequence[Judgement]) -> Iterable[str]:
    for metric in dict.fromkeys(each.metric for each in judgements):
        mine = [each for each in judgements if each.metric == metric]
        found = Counter(each.verdict for each in mine)
        ways = Counter(each.method for each in mine if each.method)
        told = ", ".join(f"{count} {verdict}" for verdict, count in found.items())
        how = ", ".join(f"{count} {way}" for way, count in ways.items())
        yield f"{_title(metric) or 'not measured on both sides'}: {told}{f' ({how})' if how else ''}"


def _closing(comparison: Comparison) -> str:
    failing = len(comparison.failures)
    if failing:
        return f"FAILED: {failing} {'judgement is' if failing == 1 else 'judgements are'} beyond what the gate allows."
    if all(each.verdict == "SAME" for each in comparison.judgements):
        return f"Everything is the SAME: {len(comparison.judgements)} judgements."
    return "PASSED: nothing fails the gate."
