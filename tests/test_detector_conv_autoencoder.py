"""Convolutional autoencoders."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from benchkit_conv_autoencoder import MaxPoolAutoencoder, StridedAutoencoder, benchkit_detectors
from benchkit_conv_autoencoder.base import ConvolutionalAutoencoder
from benchkit_conv_autoencoder.layers import Doubling, FromBottleneck, ToBottleneck, UpsampledConvolution
from torch import nn
from torch.nn import functional
from training_helpers import blobs, noise

from benchkit import Unsupported

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
    down = [(16, 28, 28), (16, 14, 14), (8, 14, 14), (8, 4, 4)]
    up = [(8, 4, 4), (8, 14, 14), (16, 14, 14), (1, 28, 28), (1, 28, 28)]
    assert shapes(network, DIGIT) == down + up


def test_training_settings_are_the_published_ones() -> None:
    """Batches of 32 and of 60; at most as many images as ten epochs of the 6,265 sevens have, or half as many."""
    assert (STRIDED.batch_size, POOLED.batch_size) == (32, 60)
    assert STRIDED.max_images == 2 * POOLED.max_images == 10 * 6265


@pytest.mark.parametrize("channels", [1, 3])
def test_fast_layers_equal_the_plain_ones(channels: int) -> None:
    """Every layer computed in its own way returns what torch's layer with the same weights returns."""
    maps, size = noise(3, 5, 6, 7) - 0.5, (6, 7)
    doubling, upsampled = Doubling(5, channels, size), UpsampledConvolution(5, channels, 3)
    enlarged = functional.interpolate(maps, scale_factor=3)
    down, up = ToBottleneck(5, 2, size), FromBottleneck(2, channels, size)
    codes = down(maps)
    expected = [
        (doubling(maps), nn.ConvTranspose2d.forward(doubling, maps)),
        (upsampled(maps), functional.conv2d(enlarged, upsampled.weight, upsampled.bias, padding=1)),
        (codes, nn.Conv2d.forward(down, maps)),
        (up(codes), nn.ConvTranspose2d.forward(up, codes)),
    ]
    for ours, plain in expected:
        torch.testing.assert_close(ours, plain, rtol=1e-4, atol=1e-5)


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
