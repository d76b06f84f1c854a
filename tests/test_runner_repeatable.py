"""What counts as the same scores."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from benchkit.runner.repeatable import differ


def assessed(n: int = 1000, seed: int = 0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return scores as a detector might give them."""
    return np.random.default_rng(seed).normal(3.0, 2.0, size=n)


@given(
    scores=st.lists(st.floats(-(2.0**100), 2.0**100, width=32), min_size=1, max_size=50), size=st.integers(1, 16),
    seed=st.integers(0, 9),
)  # fmt: skip
def test_the_order_of_a_sum_is_rounding(scores: list[float], size: int, seed: int) -> None:
    """Scores that were summed up in another order, in 32 bits, are the same scores, whatever their scale."""
    parts = torch.rand(len(scores), size, generator=torch.Generator().manual_seed(seed))
    weights = torch.tensor(scores)[:, None].double() * (parts / parts.sum(1, keepdim=True)).double()
    one, other = weights.float(), weights.float().flip(1)
    straight, turned = (torch.stack([row.cumsum(0)[-1] for row in each]) for each in (one, other))
    assert not differ(straight, turned.double().numpy(), spread=0.0)


def test_scores_that_are_drawn_anew_differ() -> None:
    """Another draw for every image."""
    scores = assessed()
    assert differ(torch.from_numpy(assessed(seed=1)), scores, spread=2.0)
    assert differ(torch.from_numpy(scores + 0.1 * assessed(seed=1)).float(), scores, spread=2.0)


def test_one_image_that_differs_in_a_small_batch_is_enough() -> None:
    """Of a single image as well."""
    assert differ(torch.tensor([1.5]), np.array([1.0]), spread=1.0)


def test_few_images_on_the_other_side_of_a_boundary_are_rounding() -> None:
    """A score that is a whole number jumps where its image lies on the boundary; one in a hundred may."""
    scores = np.zeros(1000)
    few, many = torch.zeros(1000), torch.zeros(1000)
    few[:10], many[:11] = 1.0, 1.0
    assert not differ(few, scores, spread=0.5)
    assert differ(many, scores, spread=0.5)


@pytest.mark.parametrize(("dtype", "same"), [(torch.bfloat16, True), (torch.float32, False)])
def test_coarse_scores_round_coarsely(dtype: torch.dtype, same: bool) -> None:
    """In 16 bits a hundredth is rounding; in 32 it is not."""
    scores = np.full(100, 100.0)
    assert differ(torch.full((100,), 101.0, dtype=dtype), scores, spread=0.0) is not same


def test_constant_scores_are_the_same() -> None:
    """No spread, no difference."""
    assert not differ(torch.zeros(5), np.zeros(5), spread=0.0)
