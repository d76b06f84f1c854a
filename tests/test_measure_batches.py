"""Batches of one size for ever, and the largest that fits in memory."""

from __future__ import annotations

import weakref

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from timing_helpers import numbered

from benchkit.measure.batches import Batches, while_it_fits


@given(images=st.integers(1, 12), size=st.integers(1, 40))
def test_batches_are_full_and_start_over(images: int, size: int) -> None:
    """Each is as large as asked for, however few images there are; together they go round and round in order."""
    batches = Batches(numbered(images), size)
    for number in range(5):
        batch = next(batches)
        expected = [(number * size + place) % images for place in range(size)]
        assert batch.flatten().long().tolist() == expected == batches.places.tolist()


def test_a_batch_that_is_there_is_not_copied() -> None:
    """Taking one costs no time that depends on its size."""
    images = numbered(10)
    assert next(Batches(images, 5)).data_ptr() == images.data_ptr()


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(), torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_a_batch_is_halved_until_it_fits(error: Exception) -> None:
    """Whatever tells of memory that is not there; the result is that of the size that fitted."""
    tried = []

    def attempt(size: int) -> int:
        tried.append(size)
        if size > 7:
            raise error
        return size

    assert while_it_fits(attempt, 100) == 6
    assert tried == [100, 50, 25, 12, 6]


@pytest.mark.parametrize(("error", "tries"), [(MemoryError("no"), 4), (ValueError("no"), 1), (RuntimeError("no"), 1)])
def test_a_single_image_that_does_not_fit_is_an_error_like_any_other(error: Exception, tries: int) -> None:
    """It comes through; so does at once what has nothing to do with memory."""
    tried = []

    def attempt(size: int) -> int:
        tried.append(size)
        raise error

    with pytest.raises(type(error), match="no"):
        while_it_fits(attempt, 8)
    assert len(tried) == tries


def test_what_did_not_fit_is_let_go_first() -> None:
    """The failed attempt's own memory is free again before the next one asks for some."""
    held: list[weakref.ref[torch.Tensor]] = []

    def attempt(size: int) -> int:
        assert [each() for each in held] == [None] * len(held)
        large = torch.zeros(size)
        held.append(weakref.ref(large))
        if size > 2:
            raise MemoryError
        return size

    assert while_it_fits(attempt, 8) == 2
    assert len(held) == 3
