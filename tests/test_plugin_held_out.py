"""Held-out digits."""

from __future__ import annotations

import dataclasses

import benchkit_held_out
import pytest
import torch
from benchkit_held_out import held_out

from benchkit import LabelledImages, Unsupported, UsageError


def ten_digits() -> LabelledImages:
    """Return thirty images, each filled with a number of its own, of labels 0 to 9 in turn."""
    images = torch.arange(30, dtype=torch.float32).div(30).view(30, 1, 1, 1).expand(30, 1, 4, 4).contiguous()
    return LabelledImages(images, torch.arange(30) % 10)


def test_the_plugin_offers_one_generator_for_each_digit() -> None:
    """The hook offers held-out-0 to held-out-9 in one group, whose normals are the other nine digits."""
    offered = list(benchkit_held_out.benchkit_anomaly_generators())
    assert [item.name for item in offered] == [f"held-out-{digit}" for digit in range(10)]
    for digit, item in enumerate(offered):
        assert item.normal_labels == set(range(10)) - {digit}
        assert item.group == "held-out"
        assert not item.alters_test


@pytest.mark.parametrize("digit", range(10))
def test_the_anomalies_are_the_test_images_of_that_digit(digit: int) -> None:
    """Every test image of the digit comes back, unchanged and in order, and no other; the input is left alone."""
    test = ten_digits()
    before = test.images.clone()
    anomalies = held_out(digit).generate(test, seed=5)
    assert torch.equal(anomalies, test.images[[digit, digit + 10, digit + 20]])
    assert torch.equal(test.images, before)


def test_a_missing_class_is_unsupported_and_says_which_there_are() -> None:
    """Where the data set has no image of the class, the reason names the class and those there are."""
    test = ten_digits()
    test = test.select(test.labels < 3)
    with pytest.raises(Unsupported, match=r"no class 7.*0, 1, 2"):
        held_out(7).generate(test, seed=0)


def test_a_label_that_is_normal_cannot_be_held_out() -> None:
    """Changing the label alone, so that it is among the normal labels, is a usage error."""
    with pytest.raises(UsageError, match="label=4"):
        dataclasses.replace(held_out(3), label=4)
