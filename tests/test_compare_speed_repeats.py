"""Repeats, their stretches, and the machine's drift."""

from __future__ import annotations

import itertools
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu
from speed_helpers import noisy

from benchkit.compare.speed import speed_ratio
from benchkit.compare.speed_drift import slope, without_drift
from benchkit.compare.speed_ratio import LEVEL
from benchkit.compare.speed_repeats import (
    MIN_REFERENCES,
    STRETCHES,
    Repeats,
    reference_stretches,
    same_reference,
    stretches,
)


def test_stretches_are_the_lower_quartiles_of_equal_parts_in_order_of_time() -> None:
    """A hundred and five repeats become five parts of eleven and five of ten neighbours."""
    values = np.random.default_rng(0).permutation(np.arange(1.0, 106.0)).tolist()
    firsts = [*range(0, 55, 11), *range(55, 105, 10)]
    expected = [
        statistics.quantiles(values[first:last], n=4, method="inclusive")[0]
        for first, last in itertools.pairwise([*firsts, 105])
    ]
    assert stretches(Repeats(tuple(values))) == pytest.approx(expected)


@given(st.integers(1, 60))
def test_few_repeats_are_a_stretch_each(count: int) -> None:
    """There are never more stretches than repeats, nor more than the limit."""
    assert len(stretches(Repeats((1.0,) * count))) == min(count, STRETCHES)


def drifting(seed: int, speeds: list[float], *, felt: float = 1.0) -> Repeats:
    """Return thirty stretches on a machine of these speeds, of which the detector feels a part."""
    drift = np.repeat(speeds, 20)
    work = np.array(noisy(seed, count=len(drift), spread=0.005)) * drift**felt
    places = tuple(range(0, len(drift), 4))
    return Repeats(tuple(work), places, tuple(0.001 * drift[::4]), "2")


@given(st.integers(0, 1_000), st.sampled_from([0.0, 0.5, 1.0]))
def test_the_drift_goes_out_as_far_as_the_detector_feels_it(seed: int, felt: float) -> None:
    """The slope is what the times followed, and HEAD's slower machine does not make the detector slower."""
    draw = np.random.default_rng(seed)
    base = drifting(seed, np.exp(draw.normal(0.0, 0.2, 30)).tolist(), felt=felt)
    head = drifting(seed + 1, np.exp(draw.normal(0.3, 0.2, 30)).tolist(), felt=felt)
    assert slope(base, head) == pytest.approx(felt, abs=0.02)
    assert speed_ratio(base, head).value == pytest.approx(1.0, abs=0.03)


def test_a_steady_reference_changes_nothing() -> None:
    """Where the machine did not drift, or nothing was timed beside, the stretches stay as they are."""
    base, head = (drifting(seed, [1.0] * 30) for seed in (0, 1))
    bare = [Repeats(side.seconds) for side in (base, head)]
    for found, expected in zip(without_drift(base, head), without_drift(bare[0], bare[1]), strict=True):
        np.testing.assert_allclose(found, expected)


def test_a_reference_that_runs_the_other_way_is_not_followed() -> None:
    """Times that fall where the reference rises have slope 0; those that rise faster have 1."""
    speeds = np.exp(np.random.default_rng(0).normal(0, 0.2, 30)).tolist()
    for felt, expected in ((-1.0, 0.0), (2.0, 1.0)):
        side = drifting(0, speeds, felt=felt)
        assert slope(side, side) == expected


def test_interrupted_repeats_and_references_change_nothing() -> None:
    """Half of a stretch that took ten times as long is other work on the machine, not the detector."""
    places, times, work = tuple(range(0, 200, 5)), np.full(40, 0.001), np.array(noisy(2, spread=0.0))
    work[60:70] *= 10
    times[12:14] *= 10
    disturbed = Repeats(tuple(work), places, tuple(times))
    assert stretches(disturbed) == pytest.approx(np.full(STRETCHES, 0.01))
    assert reference_stretches(disturbed) == pytest.approx(np.full(STRETCHES, 0.001))


def test_a_stretch_without_a_reference_is_read_by_all() -> None:
    """References that stand in the first half alone still say something of the second."""
    repeats = Repeats((1.0,) * 20, (0, 2, 4, 6, 8), (0.5,) * 5)
    assert reference_stretches(repeats).tolist() == [0.5] * STRETCHES


@pytest.mark.parametrize(
    ("count", "torch", "same"), [(MIN_REFERENCES, "2", True), (MIN_REFERENCES - 1, "2", False), (9, "3", False)]
)
def test_the_reference_counts_where_both_timed_the_same_one_often(count: int, torch: str, same: bool) -> None:
    """A reference of another torch, or one that was timed too rarely, is not used."""
    base = Repeats((1.0,) * 20, tuple(range(10)), (1.0,) * 10, "2")
    assert same_reference(base, Repeats((1.0,) * 20, tuple(range(count)), (1.0,) * count, torch)) is same


def test_neighbours_that_resemble_each_other_do_not_make_a_difference() -> None:
    """Where the speed wanders, the test on stretches errs about as often as it may; on all repeats nearly always."""
    draw = np.random.default_rng(5)
    on_stretches, on_repeats = 0, 0
    for _ in range(300):
        # Levels that last for 40 repeats each, 2,000 repeats: 5 levels a stretch.
        one, other = (np.exp(np.repeat(draw.normal(0, 0.1, 50), 40) + draw.normal(0, 0.02, 2_000)) for _ in range(2))
        on_stretches += speed_ratio(Repeats(tuple(one)), Repeats(tuple(other))).p_value < LEVEL
        on_repeats += mannwhitneyu(one, other).pvalue < LEVEL
    assert on_stretches <= 27  # 5 % of 300 and three standard errors
    assert on_repeats > 150
