"""Whether results agree but for rounding."""

from __future__ import annotations

import pytest
import torch
from training_helpers import noise

from benchkit.testing.agreement import another_training, apart, same_bits

NAN = float("nan")


def test_rounding_is_no_difference() -> None:
    """Another order of a sum is not; NaN agrees with NaN."""
    values = noise(50, 7) - 0.5
    assert apart(values * (1 + 1e-6), values) == ""
    assert apart(values + 1e-6, values) == ""
    assert apart(torch.tensor([NAN, 1.0]), torch.tensor([NAN, 1.0])) == ""
    assert apart(values[:0], values[:0]) == ""


@pytest.mark.parametrize("found", [[1.0, 2.1, 3.0], [1.0, 3.0, 2.0], [1.0, NAN, 3.0], [1.0, float("inf"), 3.0]])
def test_a_difference_is_told_by_its_size(found: list[float]) -> None:
    """One value off, two exchanged, one that is no number."""
    assert apart(torch.tensor(found), torch.tensor([1.0, 2.0, 3.0])).startswith("values that differ by up to ")


def test_a_single_score_is_judged_by_the_spread_of_all() -> None:
    """A score near 0 that is a rounding off agrees among scores that are spread, and alone does not."""
    every = torch.tensor([0.0, 1.0, -1.0])
    found, expected = torch.tensor([2e-4]), every[:1]
    assert apart(found, expected) != ""
    assert apart(found, expected, among=every) != ""
    assert apart(found, expected, among=every, most=1e-3) == ""


def test_another_shape_is_a_difference() -> None:
    """It is told for both ways to compare."""
    for compare in (apart, another_training):
        assert compare(torch.zeros(2, 3), torch.zeros(2, 4)).startswith("shape (2, 3)")


def test_a_training_may_make_more_of_a_rounding() -> None:
    """A little noise on all values passes, another network's numbers do not, nor what is not finite."""
    values = noise(200, 5) - 0.5
    little = 0.01 * (noise(200, 5, seed=1) - 0.5)
    assert another_training(values + little, values) == ""
    assert apart(values + little, values) != ""
    for found in (noise(200, 5, seed=1) - 0.5, -values, values * NAN):
        assert "root mean square" in another_training(found, values)
    assert another_training(torch.full((9, 2), 0.5), torch.full((9, 2), 0.5)) == ""


def test_the_same_bits_are_the_same_shape_and_type_too() -> None:
    """NaN is NaN; the nearest other number is another one."""
    values = torch.tensor([1.0, NAN, 0.0])
    assert same_bits(values, values.clone())
    assert not same_bits(values, torch.tensor([1.0, 2.0, 0.0]))
    assert not same_bits(values, values[:2])
    assert not same_bits(values, values.double())
    assert not same_bits(torch.tensor([1.0]), torch.nextafter(torch.tensor([1.0]), torch.tensor([2.0])))
