"""The rank test, the ratio and its interval."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, wilcoxon

from benchkit.compare.speed_ratio import LEVEL, paired_ratio, unpaired_ratio

TIMES = st.lists(st.floats(1e-4, 1e2), min_size=1, max_size=12).map(np.array)


@pytest.mark.parametrize(("base", "head"), [(4, 4), (5, 7), (10, 10), (10, 3)])
def test_the_interval_holds_just_what_the_rank_test_does_not_reject(base: int, head: int) -> None:
    """Divided by a factor inside the interval HEAD differs from BASE with p > 5 %, outside with less."""
    draw = np.random.default_rng(base)
    one, other = np.exp(draw.normal(0, 0.1, base)), np.exp(draw.normal(0.1, 0.1, head))
    found = unpaired_ratio(one, other)
    assert found.low is not None
    assert found.high is not None
    for factor, inside in ((found.low * 1.0001, True), (found.low * 0.9999, False),
                           (found.high * 0.9999, True), (found.high * 1.0001, False)):  # fmt: skip
        p_value = mannwhitneyu(one, other / factor, method="exact").pvalue
        assert bool(p_value > LEVEL) is inside


@pytest.mark.parametrize("count", [6, 11, 30, 80])
def test_the_paired_interval_holds_just_what_the_signed_rank_test_does_not_reject(count: int) -> None:
    """The same for pairs, held against scipy's test (its approximation beyond fifty pairs)."""
    draw = np.random.default_rng(count)
    one = np.exp(draw.normal(0, 1, count))
    other = one * np.exp(draw.normal(0.1, 0.1, count))
    found = paired_ratio(one, other)
    assert found.low is not None
    assert found.high is not None
    for factor, inside in ((found.low * 1.0001, True), (found.low * 0.999, False),
                           (found.high * 0.9999, True), (found.high * 1.001, False)):  # fmt: skip
        assert bool(wilcoxon(np.log(other / factor / one)).pvalue > LEVEL * (0.97 if inside else 1.03)) is inside


@pytest.mark.parametrize(("base", "head"), [(1, 1), (3, 3), (2, 7), (1, 38)])
def test_too_few_numbers_have_no_interval(base: int, head: int) -> None:
    """Where even the most extreme order has p > 5 % no interval is claimed."""
    found = unpaired_ratio(np.arange(1.0, base + 1), np.arange(20.0, head + 20))
    assert found.low is None
    assert found.high is None
    assert found.p_value >= LEVEL


@given(TIMES, TIMES, st.floats(0.01, 100))
def test_the_ratio_scales_with_head(base: np.ndarray[Any, Any], head: np.ndarray[Any, Any], factor: float) -> None:
    """HEAD times two makes the ratio and its ends twice as large; the value lies between the ends."""
    plain, scaled = unpaired_ratio(base, head), unpaired_ratio(base, head * factor)
    assert scaled.value == pytest.approx(plain.value * factor)
    for one, other in ((plain.low, scaled.low), (plain.high, scaled.high)):
        assert (one is None) == (other is None)
        assert one is None or other == pytest.approx(one * factor)
    assert plain.low is None or plain.high is None or plain.low <= plain.value <= plain.high


@given(TIMES, TIMES)
def test_the_sides_can_be_exchanged(base: np.ndarray[Any, Any], head: np.ndarray[Any, Any]) -> None:
    """BASE against HEAD is the inverse of HEAD against BASE, with the same p-value."""
    there, back = unpaired_ratio(base, head), unpaired_ratio(head, base).inverse()
    assert there.value == pytest.approx(back.value)
    assert there.p_value == pytest.approx(back.p_value)
    assert (there.low is None) == (back.low is None)
    assert there.low is None or there.low == pytest.approx(back.low)


def test_equal_numbers_are_no_difference() -> None:
    """All tied: ratio 1, p-value 1, and no warning of scipy."""
    same = np.full(10, 0.25)
    for found in (unpaired_ratio(same, same), paired_ratio(same, same)):
        assert (found.value, found.low, found.high, found.p_value) == (1.0, 1.0, 1.0, 1.0)
