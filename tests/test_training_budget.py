"""Training budgets, counted in images seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchkit import UsageError
from benchkit.training import Budget


@given(n=st.integers(1, 10**6), epochs=st.integers(1, 500), low=st.integers(0, 10**6), more=st.integers(0, 10**6))
def test_images_stay_within_both_bounds(n: int, epochs: int, low: int, more: int) -> None:
    """The images to be seen are the epochs' clamped to the two bounds."""
    high = max(low + more, 1)
    assert Budget(epochs, low, high).images(n) == min(max(epochs * n, low), high)


def test_without_an_upper_bound_epochs_count() -> None:
    """Without bounds the budget is epochs times images."""
    assert Budget(7).images(1000) == 7000


def test_the_upper_bound_wins() -> None:
    """Bounds that contradict each other keep the training affordable."""
    assert Budget(1, min_images=500, max_images=100).images(10) == 100


@given(n=st.integers(1, 100), batch=st.integers(1, 100), epochs=st.integers(1, 9), low=st.integers(0, 10**6))
def test_few_images_are_not_looked_at_more_often_than_a_batch(n: int, batch: int, epochs: int, low: int) -> None:
    """The lower bound takes no more steps where a batch cannot be filled, and is what it is where one can."""
    budget = Budget(epochs, min_images=low)
    seen = budget.images(n, batch_size=batch)
    assert seen == budget.images(n) or n < batch
    assert seen // min(n, batch) <= max(low // batch, epochs * n)
    assert seen >= epochs * n


@given(n=st.integers(1, 10**6), low=st.integers(0, 10**6), high=st.integers(1, 10**6))
def test_no_epoch_is_no_image(n: int, low: int, high: int) -> None:
    """Without an epoch nothing is seen, whatever the lower bound asks for."""
    assert Budget(0, low, high).images(n) == Budget(0, low).images(n, batch_size=7) == 0


@pytest.mark.parametrize("wrong", [{"epochs": -1}, {"epochs": 1, "min_images": -1}, {"epochs": 1, "max_images": 0}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    """A budget that cannot be is a wrong request and says which number it got."""
    with pytest.raises(UsageError, match="training budget: got"):
        Budget(**wrong)
