"""View ``conv-latent``: the bottleneck of the strided convolutional autoencoder."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from benchkit import ABOVE_ZERO, AT_LEAST_ONE, LabelledImages, LabelledRows, Ranges, Scorer, View
from benchkit.showing import Encoding
from benchkit.training import batched
from benchkit_conv_autoencoder.base import at_once
from benchkit_conv_autoencoder.strided import StridedAutoencoder

Looks = Mapping[str, Callable[[Tensor], Tensor]]


@dataclass(frozen=True)
class ConvLatent(View):
    """What ``conv-ae`` keeps of an image: ``latent`` numbers of any size and sign.

    Source: the second of the five experiments, which holds a univariate and a multivariate Gaussian against the latent
    of two numbers. The network, its first weights and its training are those of ``conv-ae`` of the same settings and
    seed (see ``StridedAutoencoder``, which also says what the settings mean).

    Attributes:
        filters: of the first and the second convolution.
        latent: numbers in the bottleneck.
        epochs: passes over the training images.
        batch_size: images a step.
        max_images: images seen at most.
        learning_rate: Adam's step size.
    """

    setting_ranges: ClassVar[Ranges] = {
        "filters": AT_LEAST_ONE,
        "latent": AT_LEAST_ONE,
        "epochs": (0, math.inf),
        "batch_size": AT_LEAST_ONE,
        "max_images": AT_LEAST_ONE,
        "learning_rate": ABOVE_ZERO,
    }

    takes_rows: ClassVar[bool] = True

    name: str = "conv-latent"
    filters: tuple[int, int] = (32, 64)
    latent: int = 2
    epochs: int = 3
    batch_size: int = 32
    max_images: int = 62_650
    learning_rate: float = 1e-3

    def fit(self, normal: LabelledImages | LabelledRows, *, seed: int) -> Looks:
        """Train the autoencoder; return its encoder: images N×C×H×W in, N×``latent`` out.

        Raises:
            Unsupported: the images are too small.
        """
        (looks,) = self.fit_many([normal], seeds=[seed])
        return looks

    def fit_many(self, normals: Sequence[LabelledImages | LabelledRows], *, seeds: Sequence[int]) -> list[Looks]:
        """Train one autoencoder for each set of normal images and seed; on an accelerator all of them together."""
        scorers = self._autoencoder().fit_many([normal.images for normal in normals], seeds=seeds)
        return [{self.name: _encoder(scorer)} for scorer in scorers]

    def stacks_on(self, device: torch.device) -> bool:
        """Return whether the device has room to spare while it trains one."""
        return self._autoencoder().stacks_on(device)

    def _autoencoder(self) -> StridedAutoencoder:
        return StridedAutoencoder(
            self.name,
            epochs=self.epochs,
            batch_size=self.batch_size,
            max_images=self.max_images,
            learning_rate=self.learning_rate,
            filters=self.filters,
            latent=self.latent,
        )


def _encoder(scorer: Scorer) -> Callable[[Tensor], Tensor]:
    if not isinstance(scorer, Encoding):
        raise TypeError("the strided autoencoder has lost its encoder")

    def encode(images: Tensor) -> Tensor:
        return batched(scorer.encode, images, at_once(images))

    return encode
