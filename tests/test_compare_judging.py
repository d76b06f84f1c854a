"""Verdicts: what is called BETTER, SAME, WORSE or AMBIGUOUS, and what fails."""

from __future__ import annotations

import numpy as np
import pytest
from compare_helpers import pair
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchkit.compare.differences import Moved, identical
from benchkit.compare.judgement import Judgement
from benchkit.compare.measures import QUALITY
from benchkit.compare.quality import judge
from benchkit.compare.tolerance import Tolerance, parse_rule


def shifted(difference: float, error: float = 0.001, base: float = 0.9) -> Moved:
    """Return a difference with a normal standard error."""
    fall = float(stats.norm.cdf(difference / error))
    low, high = difference - 1.96 * error, difference + 1.96 * error
    return Moved(base, base + difference, difference, low, high, fall, 1 - fall, "paired DeLong")


def judged(*moved: Moved, rule: str = "auroc:-0.01", gates: bool = True) -> list[Judgement]:
    """Judge cells of one metric by one rule."""
    tolerance = Tolerance(parse_rule(rule), gates)
    return list(judge(QUALITY[tolerance.rule.metric], [(pair(), tolerance)] * len(moved), moved))


@pytest.mark.parametrize(
    ("moved", "verdict"),
    [
        (shifted(-0.05), "WORSE"),
        (shifted(0.05), "BETTER"),
        (shifted(-0.005), "SAME"),
        (shifted(0.005), "SAME"),
        (shifted(-0.05, error=0.1), "AMBIGUOUS"),
        (shifted(-0.0101, error=0.0005), "WORSE"),
        (shifted(-0.0099, error=0.0005), "AMBIGUOUS"),
        (shifted(0.0, error=0.01), "AMBIGUOUS"),
        (identical(0.9), "SAME"),
        (identical(None), "SAME"),
        (Moved(0.9, None), "GONE"),
        (Moved(None, 0.9), "NEW"),
        (Moved(None, None), "AMBIGUOUS"),
        (Moved(0.9, 0.5, -0.4), "AMBIGUOUS"),
    ],
)
def test_a_verdict_needs_a_test_and_a_loss_beyond_the_tolerance(moved: Moved, verdict: str) -> None:
    """And SAME needs an interval within it; a small but sure loss is neither."""
    (found,) = judged(moved)
    assert found.verdict == verdict
    assert found.fails == (verdict in ("WORSE", "GONE"))


def test_where_lower_is_better_a_rise_is_worse() -> None:
    """False alarms that become more."""
    assert [each.verdict for each in judged(shifted(0.05), rule="fpr95:+0.01")] == ["WORSE"]
    assert [each.verdict for each in judged(shifted(-0.05), rule="fpr95:+0.01")] == ["BETTER"]


def test_what_is_only_shown_does_not_fail() -> None:
    """The verdict is the same."""
    (found,) = judged(shifted(-0.05), gates=False)
    assert (found.verdict, found.fails) == ("WORSE", False)


def test_a_relative_limit_goes_with_the_value_of_base() -> None:
    """5 % of 0.5 is less than a loss of 0.03; 5 % of 0.9 is more."""
    low, high = judged(shifted(-0.03, base=0.5), shifted(-0.03, base=0.9), rule="auroc:-5%")
    assert (low.verdict, high.verdict) == ("WORSE", "SAME")


def test_many_cells_make_chance_findings_likely_and_are_corrected_for() -> None:
    """What is WORSE alone is not among a hundred; cells that are identical were not tested and do not count."""
    loss, others = shifted(-0.025, error=0.01), [shifted(0.0, error=0.001)] * 99
    assert judged(loss)[0].verdict == "WORSE"
    assert judged(loss, *others)[0].verdict == "AMBIGUOUS"
    assert judged(loss, *[identical(0.9)] * 99)[0].verdict == "WORSE"


@given(st.lists(st.floats(-0.1, 0.1), min_size=1, max_size=20))
def test_the_adjusted_p_value_is_never_below_the_plain_one(differences: list[float]) -> None:
    """It is the one-sided p-value of the direction that was found, times the number of cells at most."""
    moved = [shifted(each, error=0.02) for each in differences]
    for plain, found in zip(moved, judged(*moved), strict=True):
        assert plain.p_fall is not None
        assert plain.p_rise is not None
        assert found.p_value is not None
        single = plain.p_fall if (plain.difference or 0.0) < 0 else plain.p_rise
        assert single <= found.p_value <= min(1.0, single * len(moved) * (1 + 1e-12))


@pytest.mark.slow
def test_boards_without_a_change_are_seldom_called_worse() -> None:
    """Of 1,000 boards of 50 cells with no tolerance at all, 5 % and what chance adds to that."""
    generator = np.random.default_rng(5)
    draws = generator.normal(0, 0.005, size=(1000, 50))
    wrong = sum(
        any(each.verdict == "WORSE" for each in judged(*[shifted(d, 0.005) for d in board], rule="auroc:-0"))
        for board in draws.tolist()
    )
    assert wrong <= stats.binom.ppf(0.9999, 1000, 0.05)
    assert wrong >= stats.binom.ppf(0.0001, 1000, 0.04)


@pytest.mark.slow
def test_the_correction_is_that_of_statsmodels() -> None:
    """Falls and rises are two families, each corrected by Holm over all of its cells."""
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    differences = np.random.default_rng(1).normal(0, 0.1, 50).tolist()
    moved = [shifted(each, error=0.05) for each in differences]
    falls = multitest.multipletests([each.p_fall for each in moved], method="holm")[1]
    rises = multitest.multipletests([each.p_rise for each in moved], method="holm")[1]
    expected = [fall if each < 0 else rise for each, fall, rise in zip(differences, falls, rises, strict=True)]
    assert [each.p_value for each in judged(*moved)] == pytest.approx(expected, abs=1e-12)
