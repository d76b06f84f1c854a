"""The innermost layer of the deep pixel autoencoder."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional

from benchkit import ABOVE_ZERO, AT_LEAST_ONE, LabelledImages, LabelledRows, Ranges, Rows, View
from benchkit.training import Budget, build, dense, flat, infer, train_many

Looks = Mapping[str, Callable[[Tensor], Tensor]]


@dataclass(frozen=True)
class Latent(View):
    """What a pixel autoencoder keeps of an image: ``hidden[-1]`` numbers in [-1, 1].

    Source: the fourth of the five experiments, which suggests clustering the innermost layer. Architecture: pixels,
    ``hidden``, and the mirror image back to the pixels (784-100-50-100-784 on 28×28 images); tanh in every layer
    including the output, Glorot-uniform weights, mean squared error, Adam.

    Attributes:
        hidden: units from the first hidden layer to the bottleneck.
        epochs: passes over the training images; ``max_images`` usually ends the training sooner.
        batch_size: images a step: 40, as in the experiment.
        learning_rate: Adam's step size.
        max_images: images seen at most: half of what the experiment saw (400 epochs of 1,000 images), after which
            the bottleneck's error falls only slowly.
    """

    setting_ranges: ClassVar[Ranges] = {
        "hidden": AT_LEAST_ONE,
        "epochs": (0, math.inf),
        "batch_size": AT_LEAST_ONE,
        "learning_rate": ABOVE_ZERO,
        "max_images": AT_LEAST_ONE,
    }

    takes_rows: ClassVar[bool] = True

    name: str = "latent"
    hidden: tuple[int, ...] = (100, 50)
    epochs: int = 20
    batch_size: int = 40
    learning_rate: float = 1e-3
    max_images: int = 200_000

    def fit(self, normal: LabelledImages | LabelledRows, *, seed: int) -> Looks:
        """Train the autoencoder; return its encoder: images N×1×H×W in, N×``hidden[-1]`` out."""
        (looks,) = self.fit_many([normal], seeds=[seed])
        return looks

    def fit_many(self, normals: Sequence[LabelledImages | LabelledRows], *, seeds: Sequence[int]) -> list[Looks]:
        """Train one autoencoder for each set of normal images and seed, all of them together."""
        pixels = [flat(normal.images) for normal in normals]
        networks = [self._build(each, seed) for each, seed in zip(pixels, seeds, strict=True)]
        budget = Budget(self.epochs, max_images=self.max_images)
        train_many(
            networks,
            functional.mse_loss,
            pixels,
            batch_size=self.batch_size,
            images=[budget.images(len(each)) for each in pixels],
            seeds=seeds,
            learning_rate=self.learning_rate,
        )
        return [{self.name: _encoder(network, 2 * len(self.hidden))} for network in networks]

    def _build(self, pixels: Tensor | Rows, seed: int) -> nn.Sequential:
        widths = (pixels.shape[1], *self.hidden, *reversed(self.hidden[:-1]), pixels.shape[1])
        activations = ["tanh"] * (len(widths) - 1)
        return build(lambda: dense(widths, activations), seed=seed, device=pixels.device)


def _encoder(network: nn.Sequential, end: int) -> Callable[[Tensor], Tensor]:
    part = network[:end]

    def encode(images: Tensor) -> Tensor:
        return infer(part, images.flatten(1))

    return encode
