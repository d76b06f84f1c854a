"""One piece becomes training and test."""

from __future__ import annotations

import pytest
import torch
from data_helpers import FUZZ, labelled
from hypothesis import given
from hypothesis import strategies as st

from benchkit import DataError, LabelledImages, UsageError
from benchkit.data import split_stratified


def numbered(labels: list[int]) -> LabelledImages:
    """Return images whose one pixel is their position."""
    positions = torch.arange(len(labels)).div(1000).reshape(-1, 1, 1, 1)
    return LabelledImages(positions, torch.tensor(labels, dtype=torch.int64))


def positions(images: LabelledImages) -> list[int]:
    """Return where the images stood."""
    return images.images.mul(1000).round().int().flatten().tolist()


def test_of_five_images_of_each_class_one_is_a_test_image() -> None:
    """The default keeps 80 % of every class for training."""
    splits = split_stratified(labelled(100, classes=4))
    assert splits.test.labels.bincount().tolist() == [5] * 4
    assert splits.train.labels.bincount().tolist() == [20] * 4


@FUZZ
@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.floats(0.05, 0.95))
def test_every_image_lands_on_exactly_one_side(labels: list[int], share: float) -> None:
    """Train and test are disjoint and complete, each class within one image of its share, never without training."""
    data = numbered(labels)
    if all(labels.count(label) < 2 for label in labels):
        with pytest.raises(DataError, match="no class with two"):
            split_stratified(data, test_share=share)
        return
    splits = split_stratified(data, test_share=share)
    assert sorted(positions(splits.train) + positions(splits.test)) == list(range(len(labels)))
    assert positions(splits.test) == sorted(positions(splits.test))
    for label in set(labels):
        count, taken = labels.count(label), int((splits.test.labels == label).sum())
        assert taken < count
        assert abs(taken - share * count) <= 1
        assert taken >= 1 or count == 1


def test_test_images_are_spread_over_the_file() -> None:
    """Test images come from all parts of a sorted file, not from its end."""
    assert positions(split_stratified(numbered([0] * 20)).test) == [2, 7, 12, 17]


@pytest.mark.parametrize("share", [0, 1, -0.1, float("nan")])
def test_a_share_that_leaves_one_side_empty_is_refused(share: float) -> None:
    """The share lies strictly between 0 and 1."""
    with pytest.raises(UsageError, match="test share"):
        split_stratified(labelled(), test_share=share)
