"""Corruptions after MNIST-C."""

from __future__ import annotations

import dataclasses
from itertools import groupby
from typing import Any

import benchkit_corruptions
import pytest
import torch
from benchkit_corruptions import KINDS
from benchkit_corruptions.edges import canny
from benchkit_corruptions.grain import Shot
from benchkit_corruptions.weather import blurred
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage
from torch import Tensor
from training_helpers import noise, random_state_untouched

from benchkit import LabelledImages, UsageError

OFFERED: list[Any] = list(benchkit_corruptions.benchkit_anomaly_generators())

every = pytest.mark.parametrize("corruption", OFFERED, ids=lambda corruption: corruption.name)


def strokes(count: int = 24, height: int = 28, width: int = 28) -> LabelledImages:
    """Return images that have a smooth bright bar each, at another place and of another length."""
    rows, columns = torch.arange(height)[:, None] / height, torch.arange(width)[None] / width
    draw = torch.Generator().manual_seed(0)
    x, y, tall = (torch.rand(count, 1, 1, generator=draw) for _ in range(3))
    across = (columns - 0.3 - 0.4 * x).square() / 0.003
    down = ((rows - 0.3 - 0.4 * y) / (0.1 + 0.2 * tall)).square()
    return LabelledImages(torch.exp(-across - down)[:, None].contiguous(), torch.arange(count) % 10)


def changed(corruption: Any, images: LabelledImages, seed: int = 0) -> Tensor:
    """Return how far each image is from what became of it: mean absolute difference."""
    return (corruption.generate(images, seed=seed) - images.images).abs().mean((1, 2, 3))


def test_fourteen_kinds_are_offered_at_three_severities() -> None:
    """One group, which a run takes only when it is asked for."""
    assert len(KINDS) == 14
    assert [item.name for item in OFFERED] == [f"{kind}-{severity}" for kind in KINDS for severity in (1, 2, 3)]
    assert all(item.group == "corruptions" and item.alters_test and item.normal_labels is None for item in OFFERED)
    assert not any(item.by_default for item in OFFERED)


@every
def test_each_image_becomes_another_in_its_place(corruption: Any) -> None:
    """As many, of the same shape, float32 in [0, 1], none of them unchanged; inputs and random state are left alone."""
    test = strokes()
    before = test.images.clone()
    with random_state_untouched():
        found = corruption.generate(test, seed=3)
    assert (found.shape, found.dtype) == (test.images.shape, torch.float32)
    assert 0.0 <= float(found.min()) <= float(found.max()) <= 1.0
    assert torch.equal(test.images, before)
    assert float((found - before).abs().amax((1, 2, 3)).min()) > 1 / 255


@every
def test_one_seed_one_result(corruption: Any) -> None:
    """The same seed gives the same bits, whatever the name's neighbours draw."""
    test = strokes()
    first, again = (corruption.generate(test, seed=3) for _ in range(2))
    assert torch.equal(first, again)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("blur", "brightness", "edges", "scale")])
def test_another_seed_draws_another_one(kind: str) -> None:
    """All that is drawn at random differs."""
    test, corruption = strokes(), KINDS[kind]("some")
    assert not torch.equal(corruption.generate(test, seed=1), corruption.generate(test, seed=2))


@pytest.mark.parametrize("kind", KINDS)
def test_the_severity_rises(kind: str) -> None:
    """Images are further from what they were with each level."""
    test = strokes(200)
    means = [float(changed(KINDS[kind]("some", severity=severity), test).mean()) for severity in (1, 2, 3)]
    assert means == sorted(means)
    assert means[0] < 0.9 * means[2]


@every
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (9, 40)])
def test_images_of_any_size_will_do(corruption: Any, size: tuple[int, int]) -> None:
    """One pixel, hardly more, and a strip."""
    images = LabelledImages(noise(3, 1, *size), torch.zeros(3, dtype=torch.int64))
    found = corruption.generate(images, seed=0)
    assert found.shape == images.images.shape
    assert found.isfinite().all()


@every
def test_black_and_white_images_survive(corruption: Any) -> None:
    """Nothing is divided by an image's own contrast where it has none; no images give none."""
    for value in (0.0, 1.0):
        flat = LabelledImages(torch.full((2, 1, 12, 12), value), torch.zeros(2, dtype=torch.int64))
        assert corruption.generate(flat, seed=0).isfinite().all()
    nothing = LabelledImages(torch.zeros(0, 1, 12, 12), torch.zeros(0, dtype=torch.int64))
    assert corruption.generate(nothing, seed=0).shape == (0, 1, 12, 12)


@pytest.mark.parametrize("severity", [0, 4, 1.5])
def test_another_severity_is_refused(severity: Any) -> None:
    """There are three."""
    with pytest.raises(UsageError, match="expected 1, 2 or 3"):
        dataclasses.replace(OFFERED[0], severity=severity)


def test_no_two_corruptions_make_the_same_images() -> None:
    """Each of the forty-two is one of its own."""
    test = strokes(4)
    made = sorted(item.generate(test, seed=0).flatten().tolist() for item in OFFERED)
    assert len(list(groupby(made))) == len(OFFERED)


def test_rotation_and_shift_keep_what_stays_in_view() -> None:
    """A small bright spot near the centre keeps its light, within what interpolation takes."""
    images = torch.zeros(50, 1, 41, 41)
    images[:, :, 18:23, 18:23] = 0.8
    spots = LabelledImages(images, torch.zeros(50, dtype=torch.int64))
    for kind in ("rotate", "shear", "translate"):
        light = KINDS[kind]("some").generate(spots, seed=0).sum((1, 2, 3))
        torch.testing.assert_close(light, spots.images.sum((1, 2, 3)), rtol=0.02, atol=0.0)


def test_shrinking_takes_the_square_of_its_share() -> None:
    """Half as wide and half as high: a quarter of the light."""
    test = strokes(8)
    shrunk = KINDS["scale"]("some", severity=3).generate(test, seed=0)
    assert float(shrunk.sum() / test.images.sum()) == pytest.approx(0.25, rel=0.03)


@given(st.floats(0.4, 3.0), st.integers(0, 5))
def test_blurring_is_scipys(sigma: float, seed: int) -> None:
    """As ``scipy.ndimage.gaussian_filter`` blurs, cut off at as many deviations."""
    images = noise(2, 1, 17, 23, seed=seed)
    radius = max(1, -int(-3.0 * sigma // 1))
    how = {"mode": "nearest", "radius": (0, 0, radius, radius)}
    expected = ndimage.gaussian_filter(images.numpy(), (0, 0, sigma, sigma), **how)
    torch.testing.assert_close(blurred(images, sigma), torch.from_numpy(expected), rtol=1e-3, atol=1e-4)


def test_shot_noise_has_the_variance_of_counts() -> None:
    """Poisson: mean as before, variance grey level by photons."""
    grey = LabelledImages(torch.full((400, 1, 10, 10), 0.3), torch.zeros(400, dtype=torch.int64))
    found = Shot("some", severity=1).generate(grey, seed=0)
    assert float(found.mean()) == pytest.approx(0.3, rel=0.01)
    assert float(found.var()) == pytest.approx(0.3 / Shot.PHOTONS[0], rel=0.05)


def test_impulses_are_black_and_white_in_equal_shares() -> None:
    """Of the declared share of pixels; every other pixel is as it was."""
    grey = LabelledImages(torch.full((100, 1, 20, 20), 0.5), torch.zeros(100, dtype=torch.int64))
    found = KINDS["impulse-noise"]("some").generate(grey, seed=0)
    assert float((found == 0.0).float().mean()) == pytest.approx(0.03, rel=0.1)
    assert float((found == 1.0).float().mean()) == pytest.approx(0.03, rel=0.1)
    assert bool(((found == 0.0) | (found == 1.0) | (found == 0.5)).all())


def test_edges_are_thin_closed_outlines() -> None:
    """Of a bright square: a ring of one or two pixels around it, and nothing within or without."""
    images = torch.zeros(1, 1, 40, 40)
    images[..., 12:28, 12:28] = 1.0
    ring = canny(images)[0, 0]
    labels, pieces = ndimage.label(ring.numpy(), structure=[[1, 1, 1]] * 3)
    assert pieces == 1
    assert labels[20, :].sum() in (2, 3, 4)
    assert not ring[15:25, 15:25].any()
    assert not ring[:9].any()
    assert ndimage.binary_fill_holes(ring.numpy()).sum() >= 15 * 15


def test_a_stripe_is_upright_and_inverted() -> None:
    """Whole columns are the negative of what they were, the others untouched."""
    test = strokes(10)
    found = KINDS["stripe"]("some").generate(test, seed=0)
    columns = (found != test.images).any(2)[:, 0]
    assert bool((columns.sum(1) == round(0.15 * 28)).all())
    inverted = columns[:, None, None, :].expand_as(found)
    torch.testing.assert_close(found[inverted], 1.0 - test.images[inverted])
