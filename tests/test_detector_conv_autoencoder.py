"""Convolutional autoencoders."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from benchkit_conv_autoencoder import MaxPoolAutoencoder, RootMeanSquared, StridedAutoencoder, benchkit_detectors
from benchkit_conv_autoencoder.base import ConvolutionalAutoencoder
from torch import nn
from torch.nn import functional
from training_helpers import blobs, noise

from benchkit import Unsupported
from benchkit.training import build, glorot

STRIDED, POOLED = StridedAutoencoder(name="conv-ae"), MaxPoolAutoencoder(name="conv-ae-maxpool")
DIGIT = torch.zeros(2, 1, 28, 28)

each_detector = pytest.mark.parametrize("detector", benchkit_detectors(), ids=lambda detector: detector.name)


def shapes(network: nn.Module, images: torch.Tensor) -> list[tuple[int, ...]]:
    """Return the shape behind every layer that is not a ReLU, without the number of images."""
    seen = []
    for layer in network.children():
        images = layer(images)
        if not isinstance(layer, nn.ReLU):
            seen.append(tuple(images.shape[1:]))
    return seen


def test_the_strided_architecture_is_the_published_one() -> None:
    """28×28 goes through 14×14×32, 7×7×64 and two numbers, and back, with the published number of parameters."""
    network = STRIDED.build(DIGIT, seed=0)
    down = [(32, 14, 14), (64, 7, 7), (2, 1, 1)]
    assert shapes(network, DIGIT) == [*down, (64, 7, 7), (32, 14, 14), (1, 28, 28), (1, 28, 28)]
    by_layer = [sum(p.numel() for p in layer.parameters()) for layer in network]
    assert [count for count in by_layer if count] == [320, 18_496, 6_274, 6_336, 18_464, 1_569]


def test_the_pooled_architecture_is_the_published_one() -> None:
    """28×28 goes down to 4×4×8 in two stages of convolution and pooling, and back."""
    network = POOLED.build(DIGIT, seed=0)
    down = [(16, 14, 14), (8, 14, 14), (8, 4, 4)]
    up = [(8, 4, 4), (8, 14, 14), (16, 14, 14), (1, 28, 28), (1, 28, 28)]
    assert shapes(network, DIGIT) == down + up


def test_training_settings_are_the_published_ones() -> None:
    """Batches of 32 and of 60; at most as many images as ten epochs of the 6,265 sevens have, or half as many."""
    assert (STRIDED.batch_size, POOLED.batch_size) == (32, 60)
    assert STRIDED.max_images == 2 * POOLED.max_images == 10 * 6265


def plain_strided(channels: int, height: int, width: int) -> nn.Sequential:
    """Return the second experiment's network in torch's own layers; what comes out too large is not cropped."""
    whole = (-(-height // 4), -(-width // 4))
    return nn.Sequential(
        nn.Conv2d(channels, 32, 3, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(64, 2, whole), nn.ConvTranspose2d(2, 64, whole), nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
        nn.ConvTranspose2d(32, channels, 7, stride=2, padding=3, output_padding=1),
    )  # fmt: skip


def plain_pooled(channels: int, height: int, width: int) -> nn.Sequential:
    """Return the third experiment's network in torch's own layers; its last activation is part of the error."""
    return nn.Sequential(
        nn.Conv2d(channels, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
        nn.Conv2d(16, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(4, ceil_mode=True),
        nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Upsample((-(-height // 2), -(-width // 2))),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2), nn.Conv2d(16, channels, 3, padding=1),
    )  # fmt: skip


PLAIN = {"conv-ae": plain_strided, "conv-ae-rmse": plain_strided, "conv-ae-maxpool": plain_pooled}


@each_detector
@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 8, 8), (3, 32, 32), (2, 9, 13), (1, 32, 27), (3, 12, 20)], ids=str)
def test_a_training_step_is_that_of_plain_layers(
    detector: ConvolutionalAutoencoder, shape: tuple[int, int, int]
) -> None:
    """First weights, outputs, loss and all gradients are those of torch's own layers, built from the same seed."""
    images, (_, height, width) = noise(5, *shape), shape
    ours = detector.build(images, seed=3)
    plain = build(lambda: glorot(PLAIN[detector.name](*shape)), seed=3, device="cpu")
    outputs, expected = ours(images), plain(images)[..., :height, :width]
    torch.testing.assert_close(outputs, expected, rtol=1e-4, atol=1e-5)
    for values in (outputs, expected):
        detector.errors(values, images).mean().backward()
    for own, other in zip(ours.parameters(), plain.parameters(), strict=True):
        assert torch.equal(own, other)
        torch.testing.assert_close(own.grad, other.grad, rtol=1e-3, atol=1e-6)


@each_detector
def test_scores_do_not_depend_on_the_batch(detector: ConvolutionalAutoencoder) -> None:
    """An image's score is the same within rounding, alone or among many."""
    images = noise(150, 1, 28, 28)
    scorer = replace(detector, max_images=60).fit(images, seed=0)
    alone = torch.cat([scorer(image[None]) for image in images[::25]])
    torch.testing.assert_close(scorer(images)[::25], alone, rtol=1e-4, atol=1e-6)


@each_detector
@pytest.mark.parametrize("side", [(8, 8), (9, 13), (32, 27)])
def test_other_image_sizes_work(detector: ConvolutionalAutoencoder, side: tuple[int, int]) -> None:
    """Images of any size from the smallest up are reconstructed at their own size and scored."""
    images = noise(6, 1, *side)
    assert detector.build(images, seed=0)(images).shape == images.shape
    assert replace(detector, max_images=12).fit(images, seed=0)(images).isfinite().all()


@each_detector
@pytest.mark.parametrize("shape", [(5, 32), (5, 1, 7, 28), (5, 28, 28)])
def test_anything_but_images_is_unsupported(detector: ConvolutionalAutoencoder, shape: tuple[int, ...]) -> None:
    """Vectors, and images below the smallest size, are skipped with the reason and a view that works."""
    with pytest.raises(Unsupported, match=r"at least 8×8 pixels.*'pixels'"):
        detector.fit(torch.zeros(shape), seed=0)


@each_detector
def test_training_lowers_the_error(detector: ConvolutionalAutoencoder) -> None:
    """The error of normal images falls with the training budget."""
    images = blobs(60).images
    errors = [
        replace(detector, epochs=200, max_images=seen, learning_rate=0.01).fit(images, seed=0)(images).mean()
        for seen in (32, 6000)
    ]
    assert errors[1] < 0.8 * errors[0]


def test_scores_are_the_documented_errors() -> None:
    """``conv-ae`` scores the mean squared error, ``conv-ae-maxpool`` the binary cross-entropy behind a sigmoid."""
    images = blobs(10).images
    strided, pooled = (replace(d, max_images=60).fit(images, seed=0) for d in (STRIDED, POOLED))
    with torch.no_grad():
        squared = (strided.network(images) - images).square().mean((1, 2, 3))
        chances = torch.sigmoid(pooled.network(images))
    entropy = functional.binary_cross_entropy(chances, images, reduction="none").mean((1, 2, 3))
    torch.testing.assert_close(strided(images), squared)
    torch.testing.assert_close(pooled(images), entropy)


def test_the_root_mean_squared_error_is_the_root_of_the_score() -> None:
    """``conv-ae-rmse`` is ``conv-ae`` of the same seed, its scores under the root; a run takes it when asked."""
    images = blobs(10).images
    squared, rooted = (
        replace(detector, max_images=60).fit(images, seed=4)
        for detector in (STRIDED, RootMeanSquared(name="conv-ae-rmse"))
    )
    assert torch.equal(rooted(images), squared(images).sqrt())
    assert (STRIDED.by_default, RootMeanSquared.by_default) == (True, False)
