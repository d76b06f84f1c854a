"""Threshold policies: what they flag, how they are written, and what is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchkit.errors import DataError, UsageError
from benchkit.measure.threshold import POLICIES, Threshold, parse_policy

Array = NDArray[np.float64]
SCORES = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=60).map(np.array)


def test_scores_strictly_beyond_are_flagged() -> None:
    """A score on the threshold is not flagged; without a lower end nothing below is."""
    scores = [-2.0, -1.0, 0.0, 1.0, 2.0]
    assert Threshold(1.0).flags(scores).tolist() == [False, False, False, False, True]
    assert Threshold(1.0, -1.0).flags(scores).tolist() == [True, False, False, False, True]
    assert Threshold(1.0).flags(scores).dtype == np.bool_


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("quantile:0.95", "quantile:0.95"),
        (" quantile:.950 ", "quantile:0.95"),
        ("quantile:0.9999999", "quantile:0.9999999"),
        ("zscore:3", "zscore:3"),
        ("zscore:3.0", "zscore:3"),
        ("zscore:2.5", "zscore:2.5"),
    ],
)
def test_a_policy_has_one_spelling(text: str, canonical: str) -> None:
    """However a policy is written, its text is the same and reads back to the same policy."""
    policy = parse_policy(text)
    assert policy.text == canonical
    assert parse_policy(policy.text) == policy


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0.95",
        "quantile",
        "quantile:",
        "quantile:0",
        "quantile:1",
        "quantile:1.5",
        "quantile:-0.1",
        "quantile:nan",
        "zscore:0",
        "zscore:-3",
        "zscore:inf",
        "zscore:nan",
        "zscore:three",
        "median:3",
        "quantile:0.5:0.6",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    """Any other text is a wrong request, and the message says what is accepted."""
    with pytest.raises(UsageError, match=r"threshold policy: got .*; expected .*such as (quantile:0\.95|zscore:3)"):
        parse_policy(text)


def test_a_near_miss_is_suggested() -> None:
    """A misspelt policy gets the right spelling in answer."""
    with pytest.raises(UsageError, match="Did you mean 'quantile'"):
        parse_policy("quantil:0.95")


@given(scores=SCORES, percent=st.integers(1, 99))
def test_a_quantile_flags_no_more_than_it_says(scores: Array, percent: int) -> None:
    """No more than the remaining share of calibration scores is flagged, and a lower threshold would flag more."""
    threshold = parse_policy(f"quantile:{percent / 100}").fit(scores)
    assert threshold.low is None
    assert threshold.high in scores
    assert 100 * np.count_nonzero(threshold.flags(scores)) <= (100 - percent) * scores.size
    assert 100 * np.count_nonzero(scores >= threshold.high) > (100 - percent) * scores.size


def test_a_quantile_is_the_inverse_distribution_function() -> None:
    """The threshold is NumPy's quantile by the method ``inverted_cdf``."""
    scores = np.random.default_rng(3).normal(size=997)
    for q in (0.05, 0.5, 0.95, 0.999):
        assert parse_policy(f"quantile:{q}").fit(scores).high == np.quantile(scores, q, method="inverted_cdf")


def test_a_quantile_is_exact_where_floating_point_is_not() -> None:
    """Seven of a hundred are seven, though 0.07 * 100 is a little more in floating point."""
    assert parse_policy("quantile:0.07").fit(np.arange(1.0, 101.0)).high == 7.0


@given(scores=st.lists(st.integers(-1000, 1000), min_size=1, max_size=50).map(lambda x: np.array(x, dtype=float)))
def test_increasing_maps_change_no_quantile_decision(scores: Array) -> None:
    """Flags by quantile are the same for any increasing map of all scores."""
    policy = parse_policy("quantile:0.9")
    new = np.linspace(-1000, 1000, 41)
    expected = policy.fit(scores).flags(new)
    np.testing.assert_array_equal(policy.fit(scores**3).flags(new**3), expected)


def test_zscore_is_mean_and_deviation() -> None:
    """The ends are the mean plus and minus k population standard deviations."""
    scores = np.random.default_rng(5).normal(4.0, 2.0, size=1000)
    threshold = parse_policy("zscore:3").fit(scores)
    assert threshold.high == pytest.approx(np.mean(scores) + 3 * np.std(scores))
    assert threshold.low == pytest.approx(np.mean(scores) - 3 * np.std(scores))


@given(scores=SCORES)
def test_zscore_of_any_scores_is_finite(scores: Array) -> None:
    """Neither end overflows, and the mean of the scores lies between them."""
    threshold = parse_policy("zscore:3").fit(scores)
    assert threshold.low is not None
    assert np.isfinite([threshold.low, threshold.high]).all()
    assert threshold.low <= threshold.high


@given(value=st.floats(allow_nan=False, allow_infinity=False), size=st.integers(1, 50))
def test_equal_scores_flag_none_of_themselves(value: float, size: int) -> None:
    """Where all calibration scores are equal no policy flags that score."""
    for text in ("zscore:3", "quantile:0.95"):
        assert not parse_policy(text).fit(np.full(size, value)).flags([value]).any()


@pytest.mark.parametrize("text", ["zscore:3", "quantile:0.95"])
def test_bad_calibration_scores_are_refused(text: str) -> None:
    """No threshold comes from scores that are none."""
    for bad in ([], [np.nan], [[1.0]]):
        with pytest.raises(DataError, match="calibration scores"):
            parse_policy(text).fit(bad)


def test_policies_and_thresholds_are_frozen() -> None:
    """Neither can be changed after it was made: it is recorded with the results."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        parse_policy("zscore:3").value = 2.0  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        Threshold(1.0).high = 2.0  # type: ignore[misc]


def test_every_policy_says_what_it_accepts() -> None:
    """The example in each policy's own words is accepted."""
    for kind, policy in POLICIES.items():
        assert parse_policy(policy.accepts.split()[-1]).kind == kind
