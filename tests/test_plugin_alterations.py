"""The negative, a covered piece, a foreign piece."""

from __future__ import annotations

import dataclasses
from typing import Any

import benchkit_alterations
import pytest
import torch
from benchkit_alterations import Occlusion, PatchSwap
from training_helpers import noise, random_state_untouched

from benchkit import LabelledImages, Unsupported, UsageError

OFFERED: list[Any] = list(benchkit_alterations.benchkit_anomaly_generators())


def images(count: int = 30, side: int = 20) -> LabelledImages:
    """Return images of noise."""
    return LabelledImages(noise(count, 1, side, side), torch.arange(count) % 10)


def test_three_are_offered_and_have_to_be_asked_for() -> None:
    """Each alters test images of every class."""
    assert [item.name for item in OFFERED] == ["invert", "occlusion", "patch-swap"]
    assert all(item.alters_test and item.normal_labels is None and not item.by_default for item in OFFERED)


@pytest.mark.parametrize("anomaly", OFFERED, ids=lambda anomaly: anomaly.name)
def test_each_image_becomes_another_in_its_place(anomaly: Any) -> None:
    """Of the same shape, in [0, 1], by the seed alone; inputs and random state are left alone."""
    test = images()
    before = test.images.clone()
    with random_state_untouched():
        found, again = (anomaly.generate(test, seed=3) for _ in range(2))
    assert torch.equal(found, again)
    assert found.shape == before.shape
    assert 0.0 <= float(found.min()) <= float(found.max()) <= 1.0
    assert float((found - before).abs().amax((1, 2, 3)).min()) > 1 / 255
    assert torch.equal(test.images, before)


def test_the_negative_of_the_negative_is_the_image() -> None:
    """Within rounding."""
    invert, test = OFFERED[0], images()
    twice = invert.generate(LabelledImages(invert.generate(test, seed=0), test.labels), seed=1)
    torch.testing.assert_close(twice, test.images)


@pytest.mark.parametrize("kind", [Occlusion, PatchSwap])
@pytest.mark.parametrize("share", [0.1, 0.35, 1.0])
def test_a_piece_is_a_rectangle_of_the_declared_share(kind: Any, share: float) -> None:
    """Changed pixels fill one rectangle of that share of each side, anywhere; the others are as they were."""
    test = images()
    changed = (kind("some", share=share).generate(test, seed=0) != test.images)[:, 0]
    side = round(share * 20)
    for mask in changed:
        rows, columns = mask.any(1).nonzero(), mask.any(0).nonzero()
        assert len(rows) == len(columns) == side
        assert int(rows.max() - rows.min()) == int(columns.max() - columns.min()) == side - 1
    places = {tuple(mask.nonzero()[0].tolist()) for mask in changed}
    assert share == 1.0 or len(places) > 5


def test_a_covered_piece_has_the_mean_grey_of_its_image() -> None:
    """Not black, which would be no change on a black ground."""
    test = images()
    found = Occlusion("some").generate(test, seed=0)
    for image, before in zip(found, test.images, strict=True):
        (grey,) = image[image != before].unique()
        assert float(grey) == pytest.approx(float(before.mean()), rel=1e-5)


def test_a_foreign_piece_comes_from_another_image_and_the_same_place() -> None:
    """Every image gives a piece to one other and takes one of another."""
    test = images(12)
    found = PatchSwap("some").generate(test, seed=0)
    givers = []
    for number, image in enumerate(found):
        changed = image != test.images[number]
        (giver,) = [other for other in range(12) if torch.equal(test.images[other][changed], image[changed])]
        givers.append(giver)
        assert giver != number
    assert sorted(givers) == list(range(12))


def test_one_image_has_no_other() -> None:
    """The reason says what to do; none at all is none altered."""
    with pytest.raises(Unsupported, match="give more images"):
        PatchSwap("some").generate(images(1), seed=0)
    assert OFFERED[1].generate(images(0), seed=0).shape == (0, 1, 20, 20)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1, float("nan")])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    """A piece is more than nothing and no more than everything."""
    with pytest.raises(UsageError, match="above 0, at most 1"):
        dataclasses.replace(OFFERED[1], share=share)
