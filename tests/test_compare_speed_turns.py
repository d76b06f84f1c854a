"""Two runs that were timed in turns: the drift that both had is in neither."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchkit.compare.speed import speed_ratio
from benchkit.compare.speed_ratio import Ratio
from benchkit.compare.speed_repeats import Repeats
from benchkit.compare.speed_turns import MIN_TURNS, STRETCHES, stretches_of_turns, timed_in_turns


def timed(slower: float, *, seed: int, turns: int = 100, beside: str = "pair") -> Repeats:
    """Return turns of a machine whose speed wanders far, the same for every seed, with 2 % of its own."""
    drift = np.exp(np.cumsum(np.random.default_rng(0).normal(scale=0.08, size=turns)))
    own = np.random.default_rng(seed).normal(1.0, 0.02, size=turns)
    times = tuple((0.01 * slower * drift * own).tolist())
    return Repeats(times, beside=beside, turn_seconds=times)


@pytest.mark.parametrize("slower", [1.0, 1.15, 0.8])
def test_the_ratio_is_the_detectors_own(slower: float) -> None:
    """To a per cent, with an interval that holds it, though the machine wandered by far more."""
    base, head = timed(1.0, seed=1), timed(slower, seed=2)
    found = speed_ratio(base, head)
    assert np.ptp(np.log(base.turn_seconds)) > 0.3
    assert found.value == pytest.approx(1 / slower, rel=0.01)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 1 / slower < found.high
    assert (found.p_value < 0.001) is (slower != 1.0)


def test_false_alarms_are_as_rare_as_the_test_says() -> None:
    """Of 200 pairs without a change, about 5 % have p < 0.05; more than 10 % would be one in a million."""
    p_values = [speed_ratio(timed(1.0, seed=2 * n), timed(1.0, seed=2 * n + 1)).p_value for n in range(1, 201)]
    assert np.mean(np.array(p_values) < 0.05) < 0.1


def test_only_those_of_one_pair_are_compared_turn_by_turn() -> None:
    """Another pair, no pair, and too few turns in common are two timings like any other."""
    base = timed(1.0, seed=1)
    assert timed_in_turns(base, timed(1.0, seed=2))
    assert not timed_in_turns(base, timed(1.0, seed=2, beside="another"))
    assert not timed_in_turns(replace(base, beside=""), timed(1.0, seed=2, beside=""))
    assert not timed_in_turns(base, timed(1.0, seed=2, turns=MIN_TURNS - 1))


def test_turns_that_only_one_had_are_left_out() -> None:
    """One that goes on alone at the end has no counterpart there."""
    base, head = timed(1.0, seed=1, turns=60), timed(1.0, seed=2, turns=90)
    one, other = stretches_of_turns(base, head)
    longer, its = stretches_of_turns(base, replace(head, turn_seconds=head.turn_seconds[:60]))
    assert len(one) == len(other) == STRETCHES
    np.testing.assert_array_equal(one, longer)
    np.testing.assert_array_equal(other, its)


def test_a_change_has_to_be_there_with_and_without_the_drift() -> None:
    """Of two ways of reading, the smaller change counts; where they lie on different sides, there is none."""
    loss, small, gain = Ratio(0.8, 0.7, 0.9, 0.001), Ratio(0.95, 0.94, 0.96, 0.01), Ratio(1.1, 1.05, 1.2, 0.001)
    assert loss.and_also(small) == Ratio(0.95, 0.7, 0.96, 0.01)
    assert gain.and_also(loss) == Ratio(1.1, 0.7, 1.2, 1.0)
    assert loss.and_also(Ratio(0.9, None, None, 0.5)) == Ratio(0.9, None, None, 0.5)


def test_a_machine_that_became_faster_makes_no_detector_slower() -> None:
    """The reference gained far more than the detector, which follows it only in part: nothing is called SLOWER."""
    rng = np.random.default_rng(0)
    at = tuple(range(0, 200, 4))
    drift = np.repeat(np.exp(rng.normal(scale=0.1, size=50)), 4)
    base = Repeats(tuple(0.010 * drift), at, tuple(0.0015 * drift[::4]), "2", 6.0)
    head = Repeats(tuple(0.0095 * drift), at, tuple(0.0010 * drift[::4]), "2", 6.0)
    found = speed_ratio(base, head)
    assert found.p_value == 1.0
