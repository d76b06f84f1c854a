"""A gate that guards nothing must not pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from benchkit.compare.judgement import Judgement
from benchkit.compare.measures import QUALITY
from benchkit.compare.tolerance import Rule, Tolerances
from benchkit.errors import UsageError, did_you_mean
from benchkit.registry import printable

_LISTED = 8


def in_part(tolerances: Tolerances, *, quality: bool, speed: bool) -> Tolerances:
    """Return the rules that speak of what is compared, so that one file of rules serves for either part.

    Raises:
        UsageError: rules were given, and none of them does.
    """
    kept = tuple(rule for rule in tolerances.given if (quality if rule.metric in QUALITY else speed))
    if tolerances.given and not kept:
        raise UsageError(
            f"compare: got the rules {_texts(tolerances.given)}; expected one at least for "
            f"{'quality' if quality else 'speed'}, which alone is compared. Add one, or leave --only out."
        )
    return Tolerances(kept)


def strictly(judgement: Judgement, tolerances: Tolerances) -> Judgement:
    """Return the judgement; AMBIGUOUS fails where a rule guards it."""
    if judgement.verdict != "AMBIGUOUS":
        return judgement
    found = tolerances.find(judgement.metric, judgement.detector, judgement.anomalies)
    gates = not tolerances.given if found is None else found.gates
    return replace(judgement, fails=gates or not judgement.metric)


def check_that_it_guards(judgements: Sequence[Judgement], tolerances: Tolerances) -> None:
    """Refuse a gate of which no cell, or a rule of which no cell, was judged.

    Raises:
        UsageError: says which rule, and why nothing could be judged where something was there.
    """
    for rule in tolerances.given:
        _check(rule, judgements)
    if not tolerances.given and not any(each.judged for each in judgements):
        raise UsageError(
            f"compare: got nothing that could be judged: {_reasons(judgements)}. Such a gate guards nothing; mend that "
            "first."
        )


def overruled(judgements: Sequence[Judgement], tolerances: Tolerances) -> tuple[str, ...]:
    """Return one sentence for each rule that counts for no cell, since a later one matches all that it matches."""
    return tuple(
        f"The rule {rule.text} counts nowhere: all that it matches, a later one matches too."
        for rule in tolerances.given
        if (own := [each for each in judgements if each.metric and rule.matches(*_who(each))])
        and not any((found := tolerances.find(*_who(each))) and found.rule == rule for each in own)
    )


def _who(judgement: Judgement) -> tuple[str, str, tuple[str, ...]]:
    return judgement.metric, judgement.detector, judgement.anomalies


def _check(rule: Rule, judgements: Sequence[Judgement]) -> None:
    found = [each for each in judgements if rule.matches(each.metric, each.detector, each.anomalies)]
    if not found:
        raise UsageError(
            f"compare: tolerance: got {rule.text!r}, which matches nothing here; expected a metric, a detector and an "
            f"anomaly of the two runs.{_here(rule, judgements)} Such a rule guards nothing: mend it, or take it out."
        )
    if not any(each.judged for each in found) or _only_the_unchanged_were_judged(found):
        raise UsageError(
            f"compare: tolerance: got {rule.text!r}, and nothing that it matches could be judged: {_reasons(found)}. "
            "Such a rule guards nothing: mend that, or take the rule out."
        )


def _only_the_unchanged_were_judged(found: Sequence[Judgement]) -> bool:
    """Cells that are equal to the last bit tell nothing of those that moved and could not be judged."""
    moved = [each for each in found if each.method != "identical" and each.base is not None and each.head is not None]
    return bool(moved) and not any(each.judged for each in moved)


def _here(rule: Rule, judgements: Sequence[Judgement]) -> str:
    """Return what there is of the first part of the rule that matches nothing: detectors, or else anomalies."""
    found = [each for each in judgements if replace(rule, anomaly="*").matches(each.metric, each.detector, ("",))]
    anomalies = {name for each in found for name in each.anomalies if name}
    kind, wanted = ("Anomalies", rule.anomaly) if anomalies else ("Detectors", rule.detector)
    names = sorted(map(printable, anomalies or {each.detector for each in judgements}))
    listed = ", ".join([*names[:_LISTED], *(["…"] if len(names) > _LISTED else [])])
    return f"{did_you_mean(wanted, names)} {kind}: {listed or 'none'}."


def _reasons(judgements: Sequence[Judgement]) -> str:
    reasons = list(dict.fromkeys(printable(each.reason).rstrip(".") for each in judgements if each.reason))
    return "; ".join(reasons[:3]) or "no cell was measured on both sides"


def _texts(rules: Sequence[Rule]) -> str:
    return ", ".join(repr(rule.text) for rule in rules)
