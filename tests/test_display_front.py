"""The Pareto front."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchkit.display import pareto_front

points = st.lists(st.tuples(st.integers(0, 6).map(float), st.integers(0, 6).map(float)), max_size=20)


def beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Return whether the first is better in one number and not worse in the other."""
    return one[0] >= other[0] and one[1] >= other[1] and one != other


@given(points=points)
def test_the_front_is_what_no_other_point_beats(points: list[tuple[float, float]]) -> None:
    """Exactly those, equal points together, by falling quality."""
    front = pareto_front(points)
    expected = {place for place, point in enumerate(points) if not any(beats(other, point) for other in points)}
    assert set(front) == expected
    assert len(front) == len(expected)
    assert [points[place][0] for place in front] == sorted((points[place][0] for place in front), reverse=True)
