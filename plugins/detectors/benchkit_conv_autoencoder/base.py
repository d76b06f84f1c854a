"""What the convolutional autoencoders share: training on images, scoring by reconstruction error."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from benchkit import ABOVE_ZERO, AT_LEAST_ONE, Detector, Ranges, Rows, Scorer, Unsupported
from benchkit.training import Budget, batched, build, glorot, train_many

SCORING_BATCH = {"cpu": 64}
"""Images scored at a time, by device: few enough for their feature maps to stay within a processor's caches."""

ELSEWHERE = 512
"""Images scored at a time on any other device."""


def at_once(images: Tensor) -> int:
    """Return how many of the images are to be scored at a time."""
    return SCORING_BATCH.get(images.device.type, ELSEWHERE)


@dataclass(frozen=True)
class ConvolutionalAutoencoder(Detector):
    """An autoencoder of images; score: its reconstruction error of an image, mean over the pixels.

    Needs images (N×C×H×W) of at least ``SMALLEST`` pixels a side.

    Attributes:
        epochs: passes over the training images: 3, so that a thousand images take seconds. The experiments took 10
            and 50.
        batch_size: images a step.
        max_images: images seen at most: 62,650, what ten epochs over the 6,265 training images of one MNIST digit
            come to, as in the second experiment. Ten epochs over all digits would cost ten times as much.
        learning_rate: Adam's step size.
    """

    setting_ranges: ClassVar[Ranges] = {
        "epochs": (0, math.inf),
        "batch_size": AT_LEAST_ONE,
        "max_images": AT_LEAST_ONE,
        "learning_rate": ABOVE_ZERO,
    }

    SMALLEST: ClassVar[int] = 8
    DEPTH: ClassVar[int] = 4
    """Layers of the network, from the first, that end in the bottleneck."""

    takes_rows: ClassVar[bool] = True

    epochs: int = 3
    batch_size: int = 32
    max_images: int = 62_650
    learning_rate: float = 1e-3

    @abstractmethod
    def network(self, channels: int, height: int, width: int) -> nn.Sequential:
        """Return a fresh network from n×C×H×W images to n×C×H×W outputs that ``errors`` understands."""

    @abstractmethod
    def errors(self, outputs: Tensor, images: Tensor) -> Tensor:
        """Return the reconstruction error of every pixel, n×C×H×W."""

    def score(self, errors: Tensor) -> Tensor:
        """Return the score of each image, n, by the errors of its pixels, n×C×H×W: their mean."""
        return errors.flatten(1).mean(1)

    def pictures(self, outputs: Tensor) -> Tensor:
        """Return the reconstructed images, n×C×H×W, by the network's outputs."""
        return outputs

    def fit(self, normal: Tensor | Rows, *, seed: int) -> Scorer:
        """Train on normal images (N×C×H×W, N ≥ 1) and return the scorer.

        Raises:
            Unsupported: the inputs are not images, or too small.
        """
        (scorer,) = self.fit_many([normal], seeds=[seed])
        return scorer

    def fit_many(self, normals: Sequence[Tensor | Rows], *, seeds: Sequence[int]) -> list[Scorer]:
        """Train one network for each set of normal images and seed; on an accelerator all of them together."""
        for normal in normals:
            self._check(normal.shape)
        networks = [self.build(normal, seed=seed) for normal, seed in zip(normals, seeds, strict=True)]
        budget = Budget(self.epochs, max_images=self.max_images)
        losses = train_many(
            networks,
            lambda outputs, images: self.errors(outputs, images).mean(),
            normals,
            batch_size=self.batch_size,
            images=[budget.images(len(normal)) for normal in normals],
            seeds=seeds,
            learning_rate=self.learning_rate,
        )
        return [_ReconstructionError(network, self, each) for network, each in zip(networks, losses, strict=True)]

    def stacks_on(self, device: torch.device) -> bool:
        """Return whether the device has room to spare while it trains one: a processor is busy with that."""
        return device.type != "cpu"

    def build(self, images: Tensor | Rows, *, seed: int) -> nn.Sequential:
        """Return the untrained network for images like these, on their device: Glorot-uniform weights."""
        _, channels, height, width = images.shape
        network = build(lambda: glorot(self.network(channels, height, width)), seed=seed, device=images.device)
        for parameter in network.parameters():
            if parameter.ndim == 4:  # the layout that convolutions are fastest in, measured on CPUs
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        return network

    def _check(self, shape: Sequence[int]) -> None:
        if len(shape) != 4 or min(shape[2:]) < self.SMALLEST:
            raise Unsupported(
                f"detector {self.name!r} needs images, N×C×H×W of at least {self.SMALLEST}×{self.SMALLEST} pixels; "
                f"got inputs of shape {tuple(shape[1:])}. Use the view 'pixels'."
            )


@dataclass(frozen=True)
class _ReconstructionError:
    network: nn.Sequential
    kind: ConvolutionalAutoencoder
    losses: Sequence[float]

    def __call__(self, inputs: Tensor, /) -> Tensor:
        return batched(self._score, inputs, at_once(inputs))

    def _score(self, images: Tensor) -> Tensor:
        return self.kind.score(self.kind.errors(self.network(images), images))

    def reconstruct(self, inputs: Tensor, /) -> Tensor:
        """Return what the network makes of images."""
        return self.kind.pictures(self.network(inputs))

    def encode(self, inputs: Tensor, /) -> Tensor:
        """Return the bottleneck's numbers."""
        return self.network[: self.kind.DEPTH](inputs).flatten(1)  # type: ignore[no-any-return]
