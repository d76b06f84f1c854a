"""Histograms over the same bins, and the normal curve over them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchkit.display import histogram, normal_curve

numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50).map(np.array)


@given(normal=numbers, anomaly=numbers)
def test_every_score_is_counted_once(normal: np.ndarray, anomaly: np.ndarray) -> None:
    """The shares of each kind add up to 1, whatever the scores, a single one too."""
    found = histogram(normal, anomaly)
    assert found.normal.sum() == pytest.approx(1.0)
    assert found.anomaly.sum() == pytest.approx(1.0)
    assert (np.diff(found.edges) > 0).all()


def test_one_far_score_does_not_hide_the_others() -> None:
    """The bins end where the last half per cent begins; what lies beyond is said, and counted in the last bin."""
    normal, anomaly = np.linspace(0, 1, 1000), np.r_[np.linspace(1, 2, 999), 1e9]
    found = histogram(normal, anomaly)
    assert found.edges[-1] < 2.01
    assert found.beyond == pytest.approx(8 / 2000, abs=4 / 2000)
    assert found.anomaly[-1] > 0


def test_the_thresholds_are_within() -> None:
    """A line at a threshold that nobody reaches can be drawn all the same; None is no threshold."""
    found = histogram(np.arange(10.0), np.arange(10.0), limits=(None, 99.0))
    assert found.edges[-1] == 99.0


def test_the_normal_curve_is_that_of_the_scores() -> None:
    """Of a large normal sample, the expected shares are close to the counted ones, and add up to nearly 1."""
    scores = np.random.default_rng(0).normal(3.0, 2.0, 200_000)
    curve = normal_curve(scores)
    assert (curve.mean, curve.deviation) == (pytest.approx(3.0, abs=0.03), pytest.approx(2.0, abs=0.03))
    found = histogram(scores, scores)
    inner = slice(1, -1)
    assert np.abs(curve.shares(found.edges)[inner] - found.normal[inner]).max() < 0.002


def test_constant_scores_have_a_curve_too() -> None:
    """All of it stands in one bin."""
    found = histogram(np.ones(5), np.ones(5))
    assert normal_curve(np.ones(5)).shares(found.edges).sum() == pytest.approx(1.0)


@pytest.mark.parametrize("size", [1.7e308, 5e-324, 1e-300, 1.0])
@pytest.mark.parametrize("limits", [(), (-1.0, 1.0)])
def test_scores_of_any_size_have_a_histogram(size: float, limits: tuple[float, ...]) -> None:
    """Neither the largest floats nor the smallest overflow or vanish."""
    normal, anomaly = np.array([-1.0, -0.5, 0.0]) * size, np.array([0.0, 0.5, 1.0]) * size
    found = histogram(normal, anomaly, limits=tuple(limit * size for limit in limits))
    assert found.normal.sum() == pytest.approx(1.0)
    assert found.anomaly.sum() == pytest.approx(1.0)
    assert np.isfinite(found.edges).all()
