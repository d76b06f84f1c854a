"""How far a metric moved: which way is taken, and what it says."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from compare_helpers import Scores, change, drawn, store
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchkit.compare.differences import Estimate, Moved, paired, unpaired
from benchkit.compare.matching import match
from benchkit.compare.movement import movement
from benchkit.errors import StoreError
from benchkit.measure.metrics import METRICS
from benchkit.measure.ranking import auroc
from benchkit.results import read_run

ONE = ("gaussian", "noise")


def moved(base: Path, head: Path, metric: str = "auroc") -> Moved:
    """Return the movement of the only cell of two runs."""
    one, other = read_run(base), read_run(head)
    (pair,) = match(one, other).pairs
    return movement(one, other, pair, metric)


def stored(folder: Path, base: Scores, head: Scores, *, keep: bool = True) -> tuple[Path, Path]:
    """Store a cell on both sides."""
    return store(folder / "base", {ONE: base}, keep=keep), store(folder / "head", {ONE: head}, keep=keep)


def test_equal_cells_are_identical(tmp_path: Path) -> None:
    """Without any test, in every metric."""
    sides = stored(tmp_path, drawn(1.0), drawn(1.0), keep=False)
    assert {moved(*sides, metric=metric).method for metric in METRICS} == {"identical"}


def test_raw_scores_of_the_same_images_are_compared_image_by_image(tmp_path: Path) -> None:
    """The paired interval is much narrower than the unpaired one where the scores go together."""
    normal, anomaly = drawn(1.0)
    noise, other = drawn(0.0, seed=1)
    head = normal + 0.1 * noise, anomaly + 0.1 * other - 0.1
    together = moved(*stored(tmp_path, (normal, anomaly), head))
    apart = moved(*stored(tmp_path / "apart", (normal, anomaly), head, keep=False))
    assert (together.method, apart.method) == ("paired DeLong", "unpaired intervals")
    assert together.difference == pytest.approx(auroc(*head) - auroc(normal, anomaly))
    assert width(together) < 0.5 * width(apart)


def test_metrics_at_a_threshold_are_compared_by_their_intervals(tmp_path: Path) -> None:
    """Raw scores or not: only AUROC has the paired test."""
    sides = stored(tmp_path, drawn(1.0), drawn(0.8, seed=1))
    assert {moved(*sides, metric=name).method for name in METRICS if name != "auroc"} == {"unpaired intervals"}


@pytest.mark.parametrize("changes", [{"protocol": "other-bbb"}, {"protocol": ""}, {"n_normal": 399}])
def test_other_images_are_not_paired(tmp_path: Path, changes: dict[str, object]) -> None:
    """Another protocol, none at all, or another number of images."""
    base, head = stored(tmp_path, drawn(1.0), drawn(0.8, seed=1))
    assert moved(base, change(head, *ONE, **changes)).method == "unpaired intervals"


def test_raw_scores_on_one_side_do_not_pair(tmp_path: Path) -> None:
    """As where a committed baseline leaves them out."""
    base = store(tmp_path / "base", {ONE: drawn(1.0)}, keep=False)
    head = store(tmp_path / "head", {ONE: drawn(0.8, seed=1)})
    assert moved(base, head).method == "unpaired intervals"


def test_tied_scores_have_no_paired_spread(tmp_path: Path) -> None:
    """All tied on both sides, with other thresholds: the intervals say how little is known."""
    base, head = (np.zeros(20), np.zeros(20)), (np.ones(20), np.ones(20))
    found = moved(*stored(tmp_path, base, head))
    assert (found.method, found.difference) == ("unpaired intervals", 0.0)
    assert width(found) > 0.2


def test_scores_that_differ_by_rounding_have_not_moved(tmp_path: Path) -> None:
    """No image beats more others than it did: the difference is 0, and nothing wider is said of it."""
    normal, anomaly = drawn(1.0)
    found = moved(*stored(tmp_path, (normal, anomaly), (normal + 1e-9, anomaly + 1e-9)))
    assert (found.method, found.difference, width(found)) == ("paired DeLong", 0.0, 0.0)
    assert (found.p_fall, found.p_rise) == (0.5, 0.5)


def test_two_perfect_sides_are_not_taken_for_equal(tmp_path: Path) -> None:
    """Where all anomalies beat all normal images, other scores could: the intervals say how little is known."""
    (normal, anomaly), (other, others) = drawn(0.0), drawn(0.0, seed=1)
    found = moved(*stored(tmp_path, (normal, anomaly + 100), (other, others + 100)))
    assert (found.method, found.difference) == ("unpaired intervals", 0.0)
    assert width(found) > 0.0


def test_one_image_of_a_kind_proves_nothing(tmp_path: Path) -> None:
    """From a perfect to the worst AUROC, and yet no test can say so."""
    one = np.array([0.0])
    found = moved(*stored(tmp_path, (one, one + 1), (one, one - 1)))
    assert found.difference == -1.0
    assert found.p_fall is not None
    assert found.p_fall > 0.05


def test_few_images_are_not_taken_for_many(tmp_path: Path) -> None:
    """Of two images a class, Student's t with one degree of freedom calls nothing significant at 5 %."""
    base = np.array([0.0, 0.1]), np.array([1.0, 1.1])
    head = np.array([0.0, 1.05]), np.array([-1.0, 1.2])
    found = paired(base, head, (1.0, 0.5))
    assert found is not None
    assert found.p_fall is not None
    assert found.p_fall > 0.05


def test_an_older_run_without_intervals_says_so(tmp_path: Path) -> None:
    """What schema 2 does not hold cannot be judged; both values are there all the same."""
    base, head = stored(tmp_path, drawn(1.0), drawn(0.8, seed=1))
    found = moved(change(base, *ONE, recall_low=None, recall_high=None), head, "recall")
    assert found.method == ""
    assert "BASE holds no interval of recall" in found.reason
    assert found.difference is not None


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_scores_that_are_no_numbers_stop_the_comparison(tmp_path: Path, value: float) -> None:
    """A damaged file is no evidence: the message names the cell, and the status is 1."""
    base, head = stored(tmp_path, drawn(1.0), drawn(0.8, seed=1))
    normal, anomaly = drawn(0.8, seed=1)
    normal[3] = value
    np.savez(head / "scores" / "toy--gaussian--noise--s0.npz", normal=normal, anomaly=anomaly, calibration=normal)
    with pytest.raises(StoreError, match="gaussian on toy, noise, seed 0") as caught:
        moved(base, head)
    assert caught.value.exit_status == 1


@pytest.mark.parametrize("side", ["base", "head"])
def test_scores_of_another_run_stop_the_comparison(tmp_path: Path, side: str) -> None:
    """As where a baseline's cells were renewed and its scores were not: equal scores would hide a loss."""
    sides = dict(zip(("base", "head"), stored(tmp_path, drawn(1.0), drawn(1.0)), strict=True))
    change(sides[side], *ONE, auroc=0.5)
    with pytest.raises(StoreError, match=f"gaussian on toy, noise, seed 0.*those of {side.upper()}"):
        moved(sides["base"], sides["head"])


def test_a_file_that_holds_no_scores_stops_the_comparison(tmp_path: Path) -> None:
    """The message names the file."""
    base, head = stored(tmp_path, drawn(1.0), drawn(0.8, seed=1))
    (head / "scores" / "toy--gaussian--noise--s0.npz").write_bytes(b"nothing")
    with pytest.raises(StoreError, match=r"toy--gaussian--noise--s0\.npz"):
        moved(base, head)


SHARES = st.tuples(*[st.floats(0, 1)] * 3).map(sorted).map(lambda ends: Estimate(ends[1], ends[0], ends[2]))


@given(SHARES, SHARES)
def test_the_unpaired_interval_holds_the_difference_and_turns_with_the_sides(base: Estimate, head: Estimate) -> None:
    """Exchanging the sides changes the signs and nothing else."""
    found, turned = unpaired(base, head), unpaired(head, base)
    assert found.low is not None
    assert found.high is not None
    assert found.difference is not None
    assert found.low <= found.difference <= found.high
    assert turned.high is not None
    assert (turned.difference, turned.high) == (-found.difference, -found.low)
    assert (turned.p_fall, turned.p_rise) == (found.p_rise, found.p_fall)


def test_the_unpaired_test_is_the_z_test_of_symmetric_intervals() -> None:
    """Against scipy: two means with known standard errors 0.01 and 0.02."""
    z = stats.norm.ppf(0.975)
    found = unpaired(Estimate(0.8, 0.8 - z * 0.01, 0.8 + z * 0.01), Estimate(0.75, 0.75 - z * 0.02, 0.75 + z * 0.02))
    assert found.p_fall == pytest.approx(stats.norm.cdf(-0.05 / math.hypot(0.01, 0.02)), rel=1e-9)
    assert found.high == pytest.approx(-0.05 + z * math.hypot(0.01, 0.02))


def width(found: Moved) -> float:
    """Return how wide the interval of the difference is."""
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low
