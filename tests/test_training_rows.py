"""Inputs that come some at a time."""

from __future__ import annotations

import torch
from training_helpers import noise

from benchkit.training import Mapped, as_rows, flat, sample


def test_a_tensor_is_rows_that_are_there_already() -> None:
    """Rows are those of the tensor, by number and in order; nothing is changed."""
    values = noise(7, 2, 3)
    rows = as_rows(values)
    index = torch.tensor([5, 0, 5])
    assert (rows.shape, len(rows), rows.device) == ((7, 2, 3), 7, values.device)
    assert torch.equal(rows.take(index), values[index])
    assert torch.equal(torch.cat(list(rows.chunks(3))), values)
    assert as_rows(rows) is rows


def test_rows_can_be_written_where_there_is_room() -> None:
    """``out`` takes the rows, whether they are as they lie, mapped or flattened."""
    values, index = noise(7, 2, 3), torch.tensor([6, 1])
    out = torch.empty(2, 2, 3)
    assert as_rows(values).take(index, out=out).data_ptr() == out.data_ptr()
    assert torch.equal(out, values[index])
    Mapped(as_rows(values), lambda some: some * 2).take(index, out=out)
    assert torch.equal(out, values[index] * 2)
    line = torch.empty(2, 6)
    flat(as_rows(values)).take(index, out=line)
    assert torch.equal(line, values[index].flatten(1))


def test_mapped_rows_have_the_shape_of_the_result() -> None:
    """A function may change how many numbers a row has."""
    rows = Mapped(as_rows(noise(7, 4)), lambda some: some[:, :3])
    assert rows.shape == (7, 3)
    assert [len(chunk) for chunk in rows.chunks(3)] == [3, 3, 1]


def test_vectors_are_not_flattened_again() -> None:
    """Flat rows stay themselves; flat tensors are tensors."""
    rows = as_rows(noise(7, 4))
    assert flat(rows) is rows
    assert torch.equal(flat(noise(3, 2, 2)), noise(3, 4))


def test_a_sample_is_drawn_where_there_are_more() -> None:
    """As many different rows as asked for, in their order, of a tensor as of rows; fewer are all taken."""
    values = torch.arange(40.0).view(20, 2)
    drawn = [sample(rows, 7, torch.Generator().manual_seed(0)) for rows in (values, as_rows(values))]
    assert torch.equal(drawn[0], drawn[1])
    assert len(drawn[0]) == 7
    assert (drawn[0][1:, 0] > drawn[0][:-1, 0]).all()
    assert not torch.equal(drawn[0], sample(values, 7, torch.Generator().manual_seed(1)))
    assert torch.equal(sample(values, 30, torch.Generator().manual_seed(0)), values)
