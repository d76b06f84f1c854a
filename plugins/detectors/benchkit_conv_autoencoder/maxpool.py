"""``conv-ae-maxpool``: convolutions and max-pooling down to 4×4×8, up-sampling back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional

from benchkit import AT_LEAST_ONE, Ranges
from benchkit_conv_autoencoder.base import ConvolutionalAutoencoder
from benchkit_conv_autoencoder.layers import Crop, UpsampledConvolution
from benchkit_conv_autoencoder.patches import PooledFromPixels


@dataclass(frozen=True)
class MaxPoolAutoencoder(ConvolutionalAutoencoder):
    """Two 3×3 ReLU convolutions with max-pooling, and a decoder of convolutions with nearest up-sampling.

    Source: the third of the five experiments. On 28×28 images: Conv 16, pool 2 (14×14), Conv 8, pool 4 with ceiling
    (4×4×8); Conv 8, up to 14×14, Conv 16, up to 28×28, Conv 1, sigmoid. Adam, binary cross-entropy, batch 60.
    On other sizes what comes out too large is cropped.

    Score: binary cross-entropy of image and reconstruction in nats, mean over the pixels. Its least value depends
    on the image: grey pixels cannot reach 0.

    Attributes:
        filters: of the first and the second convolution.
        pools: sides of the windows of the first and the second max-pooling.
        batch_size: images a step.
        max_images: images seen at most: half of what ``conv-ae`` sees. The experiment saw 3,000,000 (50 epochs of
            60,000).
    """

    setting_ranges: ClassVar[Ranges] = {"filters": AT_LEAST_ONE, "pools": AT_LEAST_ONE}

    filters: tuple[int, int] = (16, 8)
    pools: tuple[int, int] = (2, 4)
    batch_size: int = 60
    max_images: int = 31_325

    def network(self, channels: int, height: int, width: int) -> nn.Sequential:
        """Return the untrained network; its outputs are logits (the sigmoid is part of ``errors``)."""
        first, second = self.filters
        half = (-(-height // self.pools[0]), -(-width // self.pools[0]))
        return nn.Sequential(
            PooledFromPixels(channels, first, self.pools[0]),
            nn.Conv2d(first, second, 3, padding=1),
            nn.MaxPool2d(self.pools[1], ceil_mode=True),
            nn.ReLU(inplace=True),
            nn.Conv2d(second, second, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Upsample(half),
            nn.Conv2d(second, first, 3, padding=1),
            nn.ReLU(inplace=True),
            UpsampledConvolution(first, channels, self.pools[0]),
            Crop(height, width),
        )

    def errors(self, outputs: Tensor, images: Tensor) -> Tensor:
        """Return the binary cross-entropy of every pixel."""
        return functional.binary_cross_entropy_with_logits(outputs, images, reduction="none")

    def pictures(self, outputs: Tensor) -> Tensor:
        """Return the images that the logits say."""
        return outputs.sigmoid()
