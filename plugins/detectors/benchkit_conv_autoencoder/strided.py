"""``conv-ae``: strided convolutions down to two numbers, transposed convolutions back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional

from benchkit import AT_LEAST_ONE, Ranges
from benchkit_conv_autoencoder.base import ConvolutionalAutoencoder
from benchkit_conv_autoencoder.layers import Crop, Doubling, Expanding, FromBottleneck, ToBottleneck
from benchkit_conv_autoencoder.patches import FromPixels


@dataclass(frozen=True)
class StridedAutoencoder(ConvolutionalAutoencoder):
    """Two strided convolutions, a bottleneck of ``latent`` numbers, and the mirrored transposed convolutions.

    Source: the second of the five experiments. On 28×28 images: Conv 32 3×3/2 same ReLU, Conv 64 3×3/2 same ReLU,
    Conv 2 7×7 valid; transposed Conv 64 7×7 valid ReLU, transposed Conv 32 3×3/2 same ReLU, transposed Conv 1 7×7/2
    same, linear. Adam, mean squared error, batch 32. On other sizes the 7×7 of the bottleneck becomes a quarter of
    the image, rounded up, and what comes out too large is cropped.

    Score: squared reconstruction error, mean over the pixels.

    Attributes:
        filters: of the first and the second convolution.
        latent: numbers in the bottleneck.
    """

    setting_ranges: ClassVar[Ranges] = {"filters": AT_LEAST_ONE, "latent": AT_LEAST_ONE}

    filters: tuple[int, int] = (32, 64)
    latent: int = 2

    def network(self, channels: int, height: int, width: int) -> nn.Sequential:
        """Return the untrained network."""
        first, second = self.filters
        whole = (-(-height // 4), -(-width // 4))
        return nn.Sequential(
            FromPixels(channels, first, stride=2),
            nn.Conv2d(first, second, 3, stride=2, padding=1),
            nn.ReLU(inplace=True),
            ToBottleneck(second, self.latent, whole),
            FromBottleneck(self.latent, second, whole),
            Expanding(second, first),
            Doubling(first, channels, (2 * whole[0], 2 * whole[1])),
            Crop(height, width),
        )

    def errors(self, outputs: Tensor, images: Tensor) -> Tensor:
        """Return the squared error of every pixel."""
        return functional.mse_loss(outputs, images, reduction="none")


@dataclass(frozen=True)
class RootMeanSquared(StridedAutoencoder):
    """``conv-ae`` with the root of its score: the root mean squared error, which the second experiment names as well.

    It ranks images as ``conv-ae`` does, so AUROC is the same. A threshold of mean and standard deviation lies
    elsewhere: the root draws large errors in.

    Not part of a run that names no detectors.
    """

    by_default: ClassVar[bool] = False

    def score(self, errors: Tensor) -> Tensor:
        """Return the root mean squared error of each image, in the unit of a pixel."""
        return super().score(errors).sqrt()
