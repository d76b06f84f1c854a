"""The single times behind a throughput."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchkit.measure.readings import MOST_KEPT, Readings


@st.composite
def readings(draw: st.DrawFn) -> Readings:
    """Return up to 60 repeats that are their own numbers, and references that are ten times their place."""
    total = draw(st.integers(1, 60))
    places = sorted(draw(st.sets(st.integers(0, total - 1))))
    return Readings(tuple(map(float, range(1, total + 1))), tuple(places), tuple(10.0 * place for place in places))


@given(readings(), st.integers(1, 60))
def test_thinning_keeps_the_order_and_the_ends(found: Readings, most: int) -> None:
    """No more than asked for stay, first and last among them, in order of time."""
    thin = found.thinned(most)
    assert len(thin.seconds) == min(most, len(found.seconds))
    assert set(thin.seconds) <= set(found.seconds)
    assert list(thin.seconds) == sorted(thin.seconds)
    assert thin.seconds[0] == 1.0
    assert most == 1 or thin.seconds[-1] == found.seconds[-1]


@given(readings(), st.integers(2, 60))
def test_thinning_keeps_each_reference_before_what_came_after_it(found: Readings, most: int) -> None:
    """A reference that stays stands before the first repeat that stays of those that came after it."""
    thin = found.thinned(most)
    assert list(thin.reference_at) == sorted(set(thin.reference_at))
    for place, reference in zip(thin.reference_at, thin.reference_seconds, strict=True):
        was = int(reference / 10.0)
        assert thin.seconds[place] >= found.seconds[was]
        assert place == 0 or thin.seconds[place - 1] < found.seconds[was]


def test_what_is_short_enough_is_left_alone() -> None:
    """A thousand repeats are kept as they are, and one more is thinned to a thousand."""
    whole = Readings((0.5,) * MOST_KEPT, (0,), (0.1,))
    assert whole.thinned() is whole
    assert len(Readings((0.5,) * (MOST_KEPT + 1)).thinned().seconds) == MOST_KEPT
