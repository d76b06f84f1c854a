"""Holm's correction."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchkit.measure.holm import holm


def by_definition(p_values: list[float]) -> list[float]:
    """Return the adjusted values, each found for itself: the largest of the steps up to its own."""
    m, ranked = len(p_values), sorted(p_values)
    return [min(1.0, max((m - step) * ranked[step] for step in range(m) if ranked[step] <= own)) for own in p_values]


@given(st.lists(st.sampled_from([0.0, 0.004, 0.01, 0.03, 0.04, 0.3, 1.0]), max_size=8))
def test_it_is_holm_s(p_values: list[float]) -> None:
    """The values are those of the definition, in the order in which they were given, ties and all."""
    assert holm(p_values).tolist() == by_definition(p_values)
