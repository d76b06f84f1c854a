"""Batches for many modules at once."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from training_helpers import noise

from benchkit.training import as_rows
from benchkit.training import supply as module
from benchkit.training.batch import Batch
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


def steps_of(made: list[Course], steps: int, *, going_on: int | None = None) -> list[Batch]:
    """Return copies of the first batches of courses, in threes."""
    supply = Supply(made, 3)
    chunks = supply.chunks(steps, len(made) if going_on is None else going_on)
    return [copy.deepcopy(chunk.batch(step)) for chunk in chunks for step in range(len(chunk))]


def test_every_course_gets_its_own_rows_in_its_own_order() -> None:
    """The rows that count are those of the course's order, its targets beside them, whatever the others have."""
    made, again = courses((7, 5), targets=True), courses((7, 5), targets=True)
    batches = steps_of(made, 2)
    for place, course in enumerate(again):
        index, counts = course.order.take(2)
        for step, batch in enumerate(batches):
            rows = index[step, : counts[step]]
            assert batch.counts[place] == counts[step]
            assert torch.equal(batch.rows[place, : counts[step]], course.rows.take(rows))
            assert torch.equal(batch.targets[place, : counts[step]], rows + 100 * place)


def test_weights_are_a_mean_over_the_rows_that_count() -> None:
    """Each module's weights sum to 1, and those of rows that fill a batch up are 0."""
    first, second = steps_of(courses((7, 5)), 2)
    torch.testing.assert_close(second.weights, torch.tensor([[1 / 3, 1 / 3, 1 / 3], [1 / 2, 1 / 2, 0.0]]))
    torch.testing.assert_close(first.weights, torch.full((2, 3), 1 / 3))


def test_of_a_course_that_is_done_no_row_counts() -> None:
    """It takes nothing of its order, its weights are 0, and the others are as without it."""
    made, alone = courses((7, 5), targets=True), courses((7,), targets=True)
    for batch, other in zip(steps_of(made, 3, going_on=1), steps_of(alone, 3), strict=True):
        assert batch.counts == (*other.counts, 0)
        assert torch.equal(batch.rows[:1], other.rows)
        assert torch.equal(batch.targets[:1], other.targets)
        assert torch.equal(batch.weights, torch.cat([other.weights, torch.zeros(1, 3)]))
        assert batch.rows.isfinite().all()
    assert made[1].order.take(2)[1] == [3, 2]


@pytest.mark.parametrize("room", [1, 60, 10**9])
def test_the_size_of_a_chunk_changes_nothing(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One step at a time or all at once: the same batches."""
    monkeypatch.setattr(module, "CHUNK_BYTES", room)
    found = steps_of(courses((9, 9)), 3)
    monkeypatch.undo()
    expected = steps_of(courses((9, 9)), 3)
    assert len(found) == 3
    assert all(torch.equal(a.rows, b.rows) for a, b in zip(found, expected, strict=True))


def test_without_targets_the_rows_are_the_targets() -> None:
    """An autoencoder's target is its input: no second copy is gathered."""
    (chunk,) = Supply(courses((3,)), 3).chunks(1, 1)
    assert chunk.targets is chunk.rows
    assert chunk.batch(0).targets.data_ptr() == chunk.batch(0).rows.data_ptr()
