"""The images that the conformance kit draws itself."""

from __future__ import annotations

import torch
from torch import Tensor

from benchkit.testing import material

SEEN = material.images().test


def in_whole_levels(images: Tensor) -> bool:
    """Return whether images are float32 grey levels in [0, 1]."""
    levels = images * 255
    return images.dtype == torch.float32 and torch.equal(images, levels.round() / 255) and images.min() >= 0


def test_there_are_enough_images_of_each_class() -> None:
    """A quarter of the images belongs to each class, in no order; both splits differ."""
    for split, n in ((material.images().train, material.TRAIN), (SEEN, material.TEST)):
        assert split.images.shape == (n, 1, material.SIDE, material.SIDE)
        assert torch.bincount(split.labels).tolist() == [n // material.CLASSES] * material.CLASSES
        assert len(split.labels.unique_consecutive()) > n // 2
        assert in_whole_levels(split.images)
    assert not torch.equal(material.images().train.images[: len(SEEN)], SEEN.images)


def test_one_seed_one_set_of_images() -> None:
    """The same seed draws the same images, another seed others."""
    first = material.drawn(12, seed=3)
    assert torch.equal(material.drawn(12, seed=3).images, first.images)
    assert not torch.equal(material.drawn(12, seed=4).images, first.images)


def test_no_two_images_are_alike() -> None:
    """Place, size, slant, stroke and brightness differ from image to image."""
    assert len(SEEN.images.flatten(1).unique(dim=0)) == len(SEEN)


def test_the_classes_can_be_told_apart() -> None:
    """The nearest training image is of the same class, nearly always."""
    train = material.images().train
    nearest = torch.cdist(SEEN.images.flatten(1), train.images.flatten(1)).argmin(1)
    assert (train.labels[nearest] == SEEN.labels).float().mean() > 0.95


def test_far_off_images_are_images_and_no_normal_ones() -> None:
    """Each kind has one image for each that was seen, ranged like it, drawn from a seed, and none is what was seen."""
    kinds = material.far_off(SEEN, seed=0)
    assert len(kinds) >= 4
    for kind, images in kinds.items():
        assert images.shape == SEEN.images.shape
        assert in_whole_levels(images)
        assert torch.equal(material.far_off(SEEN, seed=0)[kind], images)
        distances = torch.cdist(images.flatten(1), SEEN.images.flatten(1))
        assert distances.median(0).values.min() > 1


def test_what_was_seen_is_left_as_it_is() -> None:
    """Making far-off images writes into nothing."""
    before = SEEN.images.clone()
    material.far_off(SEEN, seed=0)
    assert torch.equal(SEEN.images, before)
