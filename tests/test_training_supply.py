"""Batches for many modules at once."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from training_helpers import noise

from benchkit.training import as_rows
from benchkit.training import supply as module
from benchkit.training.course import Course
from benchkit.training.order import Order
from benchkit.training.supply import Supply


def courses(sizes: tuple[int, ...], *, targets: bool = False) -> list[Course]:
    """Return courses over so many rows each, all of them seen once, in threes."""
    made = []
    for place, n in enumerate(sizes):
        labels = torch.arange(n) + 100 * place if targets else None
        rows = as_rows(noise(n, 2, seed=place))
        made.append(Course(nn.Identity(), rows, labels, Order(n, n, 3, seed=place, replacement=False)))
    return made


def test_every_course_gets_its_own_rows_in_its_own_order() -> None:
    """The rows that count are those of the course's order, its targets beside them, whatever the others have."""
    made, again = courses((7, 5), targets=True), courses((7, 5), targets=True)
    batches = [batch for chunk in Supply(made, 3).chunks(2) for batch in chunk]
    for place, course in enumerate(again):
        index, counts = course.order.take(2)
        for step, batch in enumerate(batches):
            rows = index[step, : counts[step]]
            assert batch.counts[place] == counts[step]
            assert torch.equal(batch.rows[place, : counts[step]], course.rows.take(rows))
            assert torch.equal(batch.targets[place, : counts[step]], rows + 100 * place)


def test_weights_are_a_mean_over_the_rows_that_count() -> None:
    """Each module's weights sum to 1, and those of rows that fill a batch up are 0."""
    (chunk,) = Supply(courses((7, 5)), 3).chunks(2)
    torch.testing.assert_close(chunk[1].weights, torch.tensor([[1 / 3, 1 / 3, 1 / 3], [1 / 2, 1 / 2, 0.0]]))
    torch.testing.assert_close(chunk[0].weights, torch.full((2, 3), 1 / 3))


@pytest.mark.parametrize("room", [1, 60, 10**9])
def test_the_size_of_a_chunk_changes_nothing(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One step at a time or all at once: the same batches."""
    monkeypatch.setattr(module, "CHUNK_BYTES", room)
    found = [batch.rows.clone() for chunk in Supply(courses((9, 9)), 3).chunks(3) for batch in chunk]
    monkeypatch.undo()
    expected = [batch.rows.clone() for chunk in Supply(courses((9, 9)), 3).chunks(3) for batch in chunk]
    assert len(found) == 3
    assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))


def test_without_targets_the_rows_are_the_targets() -> None:
    """An autoencoder's target is its input: no second copy is gathered."""
    ((batch,),) = Supply(courses((3,)), 3).chunks(1)
    assert batch.targets.data_ptr() == batch.rows.data_ptr()
