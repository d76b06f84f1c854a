"""What the convolutional autoencoders share: training on images, scoring by reconstruction error."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from benchkit import Detector, Scorer, Unsupported
from benchkit.training import Budget, batched, build, glorot, train

SCORING_BATCH = 512
"""Images scored at a time: their feature maps stay within the processor's caches."""


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

    SMALLEST: ClassVar[int] = 8

    epochs: int = 3
    batch_size: int = 32
    max_images: int = 62_650
    learning_rate: float = 1e-3

    @abstractmethod
    def network(self, channels: int, height: int, width: int) -> nn.Module:
        """Return a fresh network from n×C×H×W images to n×C×H×W outputs that ``errors`` understands."""

    @abstractmethod
    def errors(self, outputs: Tensor, images: Tensor) -> Tensor:
        """Return the reconstruction error of every pixel, n×C×H×W."""

    def fit(self, normal: Tensor, *, seed: int) -> Scorer:
        """Train on normal images (N×C×H×W, N ≥ 1) and return the scorer.

        Raises:
            Unsupported: the inputs are not images, or too small.
        """
        self._check(normal)
        network = self.build(normal, seed=seed)
        train(
            network,
            lambda outputs, images: self.errors(outputs, images).mean(),
            normal,
            batch_size=self.batch_size,
            images=Budget(self.epochs, max_images=self.max_images).images(len(normal)),
            seed=seed,
            learning_rate=self.learning_rate,
        )
        return _ReconstructionError(network, self.errors)

    def build(self, images: Tensor, *, seed: int) -> nn.Module:
        """Return the untrained network for images like these, on their device: Glorot-uniform weights."""
        _, channels, height, width = images.shape
        network = build(lambda: glorot(self.network(channels, height, width)), seed=seed, device=images.device)
        for parameter in network.parameters():
            if parameter.ndim == 4:  # the layout that convolutions are fastest in, measured on CPUs
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        return network

    def _check(self, normal: Tensor) -> None:
        if normal.ndim != 4 or min(normal.shape[2:]) < self.SMALLEST:
            raise Unsupported(
                f"detector {self.name!r} needs images, N×C×H×W of at least {self.SMALLEST}×{self.SMALLEST} pixels; "
                f"got inputs of shape {tuple(normal.shape[1:])}. Use the view 'pixels'."
            )


@dataclass(frozen=True)
class _ReconstructionError:
    network: nn.Module
    errors: Callable[[Tensor, Tensor], Tensor]

    def __call__(self, inputs: Tensor, /) -> Tensor:
        return batched(self._score, inputs, SCORING_BATCH)

    def _score(self, images: Tensor) -> Tensor:
        return self.errors(self.network(images), images).flatten(1).mean(1)
