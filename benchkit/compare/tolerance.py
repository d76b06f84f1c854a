"""Rules of the gate: how much of a metric may be lost, of which detectors and anomalies."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from benchkit.compare.measures import MEASURES, QUALITY, SPEED, Measure
from benchkit.errors import UsageError, did_you_mean

_FORM = re.compile(r"(?P<metric>[^:@]*):(?P<limit>[^@]*)(?:@(?P<scope>.*))?", re.DOTALL)
_LIMIT = re.compile(r"(?P<sign>[+-])(?P<number>\d+\.?\d*(?:[eE]-?\d+)?|\.\d+)(?P<percent>%?)")
_EXPECTED = "METRIC:LIMIT[@DETECTOR[/ANOMALY]], such as auroc:-0.01 or images_per_second:-20%@gaussian*"


@dataclass(frozen=True)
class Rule:
    """How much of one metric may be lost before it counts.

    Attributes:
        text: the rule as it was given.
        metric: a name in ``measures.MEASURES``.
        limit: the loss that is allowed, not negative; in the metric's unit, or a share of BASE's value.
        relative: whether ``limit`` is a share of BASE's value.
        detector: glob of detectors' names.
        anomaly: glob of anomalies' names.
    """

    text: str
    metric: str
    limit: float
    relative: bool = False
    detector: str = "*"
    anomaly: str = "*"

    def matches(self, metric: str, detector: str, anomalies: Sequence[str]) -> bool:
        """Whether it speaks of this metric of this detector on any of these anomalies; no metric stands for all."""
        return (
            metric in (self.metric, "")
            and fnmatchcase(detector, self.detector)
            and any(fnmatchcase(anomaly, self.anomaly) for anomaly in anomalies)
        )

    def amount(self, base: float) -> float:
        """Return the loss that is allowed from the value ``base``, in the metric's unit."""
        return self.limit * abs(base) if self.relative else self.limit

    def share(self, base: float) -> float:
        """Return the loss that is allowed from the value ``base`` as a share of it; infinite where it is 0."""
        if self.relative:
            return self.limit
        return self.limit / abs(base) if base else math.inf


@dataclass(frozen=True)
class Tolerance:
    """The rule that counts for one metric of one cell.

    Attributes:
        rule: the rule.
        gates: whether a loss beyond it fails; a metric that is only shown has a rule that does not.
    """

    rule: Rule
    gates: bool


@dataclass(frozen=True)
class Tolerances:
    """All rules of one comparison.

    Attributes:
        given: the rules that were asked for; without any, ``DEFAULTS`` are the gate.
    """

    given: tuple[Rule, ...] = ()

    @property
    def gate(self) -> tuple[Rule, ...]:
        """Return the rules that can fail."""
        return self.given or DEFAULTS

    @property
    def metrics(self) -> tuple[str, ...]:
        """Return what is to be judged: what is always shown, and whatever a rule names."""
        return tuple(dict.fromkeys(rule.metric for rule in (*DEFAULTS, *self.given)))

    def find(self, metric: str, detector: str, anomalies: Sequence[str]) -> Tolerance | None:
        """Return what counts here: the last rule that matches, else the default that does not fail, else None."""
        for rules, gates in ((self.gate, True), (DEFAULTS, False)):
            for rule in reversed(rules):
                if rule.matches(metric, detector, anomalies):
                    return Tolerance(rule, gates)
        return None


def parse_rules(texts: Iterable[str]) -> Tolerances:
    """Return the rules that texts spell.

    Raises:
        UsageError: one of them is none; names it.
    """
    return Tolerances(tuple(parse_rule(text) for text in texts))


def parse_rule(text: str) -> Rule:
    """Return the rule that ``METRIC:LIMIT[@DETECTOR[/ANOMALY]]`` spells.

    The limit is signed in the bad direction: ``-0.01`` where higher is better, ``+0.02`` where lower is. With a
    percent sign it is a share of BASE's value. Detector and anomaly are globs; of ``seconds``, which is the metric of
    benchmarks, all behind the ``@`` is a glob of their names.

    Raises:
        UsageError: another form, an unknown metric, a wrong sign, or a limit that no loss can exceed.
    """
    found = _FORM.fullmatch(text)
    if not found:
        raise _refusal(text, f"expected {_EXPECTED}", "Mend the rule.")
    measure = _measure(text, found["metric"])
    limit, relative = _limit(text, found["limit"], measure)
    detector, anomaly = _scope(text, found["scope"], measure)
    return Rule(text, measure.name, limit, relative, detector, anomaly)


def _measure(text: str, name: str) -> Measure:
    if name not in MEASURES:
        raise _refusal(
            text,
            f"expected one of the metrics {', '.join(QUALITY)} (quality), {', '.join(SPEED)} (speed)",
            f"There is no metric {name!r}.{did_you_mean(name, MEASURES)}",
        )
    return MEASURES[name]


def _limit(text: str, limit: str, measure: Measure) -> tuple[float, bool]:
    found = _LIMIT.fullmatch(limit)
    if not found:
        raise _refusal(text, f"expected a limit such as {measure.bad_sign}0.01 or {measure.bad_sign}5%", _EXPECTED)
    if found["sign"] != measure.bad_sign:
        better = "higher" if measure.higher_is_better else "lower"
        raise _refusal(
            text,
            f"expected the sign {measure.bad_sign!r}, because {better} is better for {measure.name}",
            f"Write {measure.name}:{measure.bad_sign}{limit[1:]}.",
        )
    relative = bool(found["percent"])
    value = float(found["number"]) / (100 if relative else 1)
    if not _can_be_exceeded(value, relative, measure):
        raise _refusal(text, "expected a limit that a loss can exceed", "No loss is that large: choose a smaller one.")
    return value, relative


def _can_be_exceeded(value: float, relative: bool, measure: Measure) -> bool:
    bounded = measure.higher_is_better if relative else measure.share
    return value < 1 if bounded else math.isfinite(value)


def _scope(text: str, scope: str | None, measure: Measure) -> tuple[str, str]:
    if scope is None:
        return "*", "*"
    # The names of benchmarks hold slashes; those of detectors and anomalies never do.
    detector, slash, anomaly = (scope, "", "") if measure.name == "seconds" else scope.partition("/")
    if not detector or (slash and not anomaly):
        raise _refusal(text, f"expected {_EXPECTED}", "Name a detector, or leave the '@' and the '/' out.")
    return detector, anomaly or "*"


def _refusal(text: str, expected: str, step: str) -> UsageError:
    return UsageError(f"compare: tolerance: got {text!r}; {expected}. {step}")


DEFAULTS: tuple[Rule, ...] = (
    Rule("auroc:-0.01", "auroc", 0.01),
    Rule("images_per_second:-7.5%", "images_per_second", 0.075, relative=True),
)
"""The gate where no rule is given; shown all the same where others are."""
