"""Rules of the gate: how they are written, which one counts, and what is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchkit.compare.measures import MEASURES
from benchkit.compare.tolerance import DEFAULTS, Rule, Tolerances, parse_rule, parse_rules
from benchkit.errors import UsageError


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("auroc:-0.01", Rule("auroc:-0.01", "auroc", 0.01)),
        ("auroc:-0", Rule("auroc:-0", "auroc", 0.0)),
        ("recall:-1e-3", Rule("recall:-1e-3", "recall", 0.001)),
        ("fpr95:+.02", Rule("fpr95:+.02", "fpr95", 0.02)),
        ("latency_p99_ms:+15%", Rule("latency_p99_ms:+15%", "latency_p99_ms", 0.15, relative=True)),
        ("auroc:-0.02@gauss*", Rule("auroc:-0.02@gauss*", "auroc", 0.02, detector="gauss*")),
        ("f1:-0.1@ae@layer1/x-*", Rule("f1:-0.1@ae@layer1/x-*", "f1", 0.1, False, "ae@layer1", "x-*")),
        ("seconds:+5%@b/t.py::test_*", Rule("seconds:+5%@b/t.py::test_*", "seconds", 0.05, True, "b/t.py::test_*")),
    ],
)  # fmt: skip
def test_a_rule_says_metric_limit_and_scope(text: str, rule: Rule) -> None:
    """Absolute or a share; the first @ begins the scope, since a detector's name may hold another."""
    assert parse_rule(text) == rule


def test_the_defaults_are_what_their_texts_spell() -> None:
    """The constants and the parser agree."""
    assert tuple(parse_rule(rule.text) for rule in DEFAULTS) == DEFAULTS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "METRIC:LIMIT"),
        ("auroc", "METRIC:LIMIT"),
        ("auroc:", "a limit such as -0.01"),
        ("auroc:-x", "a limit such as -0.01"),
        ("auroc:0.01", "a limit such as -0.01"),
        ("auroc:-nan", "a limit such as -0.01"),
        ("auroc:+0.01", "higher is better for auroc. Write auroc:-0.01"),
        ("fpr95:-0.01", "lower is better for fpr95. Write fpr95:+0.01"),
        ("latency_p99_ms:-15%", "Write latency_p99_ms:+15%"),
        ("aurok:-0.01", "Did you mean 'auroc'"),
        ("auroc:-1", "No loss is that large"),
        ("auroc:-100%", "No loss is that large"),
        ("images_per_second:-100%", "No loss is that large"),
        ("peak_memory_mb:+1e999", "a limit such as +0.01|No loss is that large"),
        ("auroc:-0.01@", "Name a detector"),
        ("auroc:-0.01@gaussian/", "Name a detector"),
    ],
)
def test_what_is_no_rule_is_refused_with_the_next_step(text: str, words: str) -> None:
    """Exit status 2, and the rule itself is in the message."""
    with pytest.raises(UsageError, match="|".join(words.split("|")).replace("+", r"\+")) as caught:
        parse_rule(text)
    assert repr(text) in str(caught.value)
    assert caught.value.exit_status == 2


@given(st.text(max_size=30) | st.from_regex(r"(auroc|seconds|fpr95):[+-]\d{1,3}(\.\d+)?%?(@.{0,5})?", fullmatch=True))
def test_any_text_is_a_rule_or_a_clear_error(text: str) -> None:
    """A rule that is read allows a finite loss of a known metric."""
    try:
        rule = parse_rule(text)
    except UsageError as error:
        message = str(error)
    else:
        assert rule.metric in MEASURES
        assert 0 <= rule.limit < math.inf
        return
    assert repr(text) in message


def test_the_last_rule_that_matches_counts() -> None:
    """A special case stands behind the general one; other anomalies keep the general one."""
    rules = parse_rules(["auroc:-0.01", "auroc:-0.05@gauss*/noise*"])
    noisy, other = rules.find("auroc", "gaussian", ["noise-1"]), rules.find("auroc", "gaussian", ["fashion"])
    assert noisy is not None
    assert other is not None
    assert (noisy.rule.limit, other.rule.limit) == (0.05, 0.01)


def test_what_is_always_shown_does_not_fail_where_other_rules_are_given() -> None:
    """Given rules take the place of the defaults as the gate; AUROC and throughput are judged all the same."""
    rules = parse_rules(["fpr95:+0.02"])
    assert set(rules.metrics) == {"auroc", "images_per_second", "fpr95"}
    shown, gate = rules.find("auroc", "x", ["y"]), rules.find("fpr95", "x", ["y"])
    assert shown is not None
    assert gate is not None
    assert (shown.gates, gate.gates) == (False, True)
    assert rules.find("recall", "x", ["y"]) is None


def test_without_rules_the_defaults_are_the_gate() -> None:
    """A loss of 0.01 in AUROC, and of 10 % in throughput."""
    found = [Tolerances().find(metric, "x", ["y"]) for metric in ("auroc", "images_per_second")]
    assert [(each.rule.text, each.gates) for each in found if each] == [(rule.text, True) for rule in DEFAULTS]


def test_a_fit_group_is_matched_by_any_of_its_anomalies() -> None:
    """One timing stands for all of its columns."""
    rule = parse_rule("images_per_second:-20%@*/noise-2")
    assert rule.matches("images_per_second", "x", ["noise-1", "noise-2"])
    assert not rule.matches("images_per_second", "x", ["noise-1"])


def test_limits_turn_into_amounts_and_shares() -> None:
    """Of a value of 0, every loss is infinitely large a share."""
    assert parse_rule("auroc:-5%").amount(0.8) == pytest.approx(0.04)
    assert parse_rule("images_per_second:-20").share(100.0) == pytest.approx(0.2)
    assert parse_rule("images_per_second:-20").share(0.0) == math.inf
