"""In which order rows are seen."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from benchkit.training.order import Order


def seen(order: Order, portions: list[int]) -> list[list[int]]:
    """Return the rows of each batch, taken in portions of so many steps, again and again."""
    batches: list[list[int]] = []
    place = 0
    while len(batches) < order.steps:
        index, counts = order.take(min(portions[place % len(portions)], order.steps - len(batches)))
        batches += [row[:count].tolist() for row, count in zip(index, counts, strict=True)]
        place += 1
    return batches


@given(
    n=st.integers(1, 20), images=st.integers(1, 70), batch=st.integers(1, 9),
    portions=st.lists(st.integers(1, 7), min_size=1, max_size=4), replacement=st.booleans(),
)  # fmt: skip
def test_the_portions_do_not_matter(n: int, images: int, batch: int, portions: list[int], replacement: bool) -> None:
    """However many steps are taken at a time: epochs of n rows, cut to batches, as torch draws them from the seed."""
    order = Order(n, images, batch, seed=3, replacement=replacement)
    generator = torch.Generator().manual_seed(3)
    expected: list[list[int]] = []
    for start in range(0, images, n):
        drawn = torch.randint(n, (n,), generator=generator) if replacement else torch.randperm(n, generator=generator)
        expected += [part.tolist() for part in drawn[: images - start].split(batch)]
    assert seen(order, portions) == expected


def test_an_epoch_has_its_number_of_batches() -> None:
    """Ten rows in fours are three batches, and seventeen rows of ten five."""
    order = Order(10, 17, 4, seed=0, replacement=False)
    assert (order.per_epoch, order.steps) == (3, 5)
