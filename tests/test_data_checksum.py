"""The fingerprint of a data set."""

from __future__ import annotations

import hashlib

import pytest
import torch
from data_helpers import labelled

from benchkit import LabelledImages, Splits
from benchkit.data import checksum, to_bytes, to_levels

SPLITS = Splits(labelled(6), labelled(4))


def test_it_is_the_sha256_of_shapes_pixels_and_labels() -> None:
    """Anyone can compute it again: shape, 8-bit pixels and little-endian labels of both splits."""
    digest = hashlib.sha256()
    for part in (SPLITS.train, SPLITS.test):
        digest.update(str(tuple(part.images.shape)).encode())
        digest.update((part.images * 255).round().byte().numpy().tobytes())
        digest.update(part.labels.numpy().astype("<i8").tobytes())
    assert checksum(SPLITS) == digest.hexdigest()


def test_a_rounding_error_does_not_change_it() -> None:
    """Images that are the same in 8 bits have the same checksum."""
    noisy = LabelledImages((SPLITS.train.images + 1e-4).clamp(0, 1), SPLITS.train.labels)
    assert checksum(Splits(noisy, SPLITS.test)) == checksum(SPLITS)


def test_grey_levels_and_floats_of_the_same_images_have_the_same() -> None:
    """Whether a data set gives bytes or numbers in [0, 1] is no difference between two data sets."""
    parts = [LabelledImages(to_levels(part.images), part.labels) for part in (SPLITS.train, SPLITS.test)]
    assert parts[0].images.dtype == torch.uint8
    assert checksum(Splits(*parts)) == checksum(SPLITS)


def test_many_images_are_read_some_at_a_time() -> None:
    """It does not matter where the pieces end."""
    many = labelled(4100)
    digest = hashlib.sha256()
    for _ in range(2):
        digest.update(b"(4100, 1, 4, 4)")
        digest.update(to_bytes(many.images).tobytes())
        digest.update(many.labels.numpy().astype("<i8").tobytes())
    assert checksum(Splits(many, many)) == digest.hexdigest()


@pytest.mark.parametrize("change", ["pixel", "label", "order", "shape", "sides"])
def test_any_change_changes_it(change: str) -> None:
    """One pixel, one label, the order, the shape, or swapping the splits gives another checksum."""
    train, test = SPLITS.train, SPLITS.test
    pixel = train.images.clone()
    pixel[0, 0, 0, 0] = (pixel[0, 0, 0, 0] - 1 / 255).abs()
    changed = {
        "pixel": Splits(LabelledImages(pixel, train.labels), test),
        "label": Splits(LabelledImages(train.images, train.labels + torch.tensor([1] + [0] * 5)), test),
        "order": Splits(train.select(torch.arange(5, -1, -1)), test),
        "shape": Splits(LabelledImages(train.images.reshape(6, 1, 2, 8), train.labels), test),
        "sides": Splits(test, train),
    }
    assert checksum(changed[change]) != checksum(SPLITS)
