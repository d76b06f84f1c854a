"""Anomalies borrowed from another data set."""

from __future__ import annotations

import pytest
import torch
from data_helpers import labelled

from benchkit import LabelledImages, Splits, Unsupported
from benchkit.data import borrow, to_bytes, to_levels


def other(count: int, side: int = 4) -> LabelledImages:
    """Return images that each have their own brightness, none of them in ``labelled``."""
    images = torch.arange(count).div(255).reshape(-1, 1, 1, 1).expand(count, 1, side, side)
    return LabelledImages(images.contiguous(), torch.zeros(count, dtype=torch.int64))


def brightness(images: torch.Tensor) -> list[int]:
    """Return the 8-bit brightness of each image."""
    return to_bytes(images)[:, 0, 0, 0].tolist()


def test_as_many_test_images_as_there_are_are_drawn_once_each() -> None:
    """Only test images are taken, none twice, and no more than the data set beside which they stand has."""
    splits = Splits(train=labelled(50), test=other(40))
    drawn = brightness(borrow(splits, labelled(30), seed=0))
    assert len(drawn) == len(set(drawn)) == 30
    assert set(drawn) <= set(range(40))


def test_a_smaller_data_set_gives_all_it_has() -> None:
    """When the other data set is the smaller one, each of its test images comes once."""
    assert sorted(brightness(borrow(other(12), labelled(30), seed=0))) == list(range(12))


def test_the_seed_decides_and_the_global_random_state_stays() -> None:
    """The same seed draws the same images, another seed others; torch's own generator is left as found."""
    state = torch.random.get_rng_state()
    first, again, second = (borrow(other(100), labelled(30), seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, second)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_borrowed_images_have_the_size_of_the_others() -> None:
    """Images of another size are resized."""
    assert borrow(other(5, side=8), labelled(30), seed=0).shape == (5, 1, 4, 4)


def test_grey_levels_are_borrowed_as_floats() -> None:
    """A data set of bytes lends the same images as one of floats."""
    bytes_ = LabelledImages(to_levels(other(40).images), other(40).labels)
    assert torch.equal(borrow(bytes_, labelled(30), seed=0), borrow(other(40), labelled(30), seed=0))


def test_an_image_that_is_normal_is_never_an_anomaly() -> None:
    """Images that both data sets hold are left out; when none remains the cell is unsupported."""
    like = LabelledImages(other(5).images, torch.zeros(5, dtype=torch.int64))
    assert sorted(brightness(borrow(other(8), like, seed=0))) == [5, 6, 7]
    with pytest.raises(Unsupported, match="normal images themselves"):
        borrow(other(5), like, seed=0)
