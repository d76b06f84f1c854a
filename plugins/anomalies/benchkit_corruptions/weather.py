"""Something lies between the camera and the image: a lens out of focus, fog, drops."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from benchkit_corruptions.base import Corruption, Levels


@dataclass(frozen=True)
class Blur(Corruption):
    """Out of focus: a Gaussian whose deviation is a share of the shorter side."""

    SHARES: ClassVar[Levels] = (0.02, 0.045, 0.09)

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return blurred images."""
        return blurred(images, self.level(self.SHARES) * min(images.shape[-2:]))


@dataclass(frozen=True)
class Fog(Corruption):
    """Patches of light at every scale, each half as strong as the one before, mixed in; white stays white."""

    STRENGTHS: ClassVar[Levels] = (0.25, 0.5, 1.0)

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return foggy images."""
        strength, fog = self.level(self.STRENGTHS), _clouds(images, source)
        return (images + strength * fog) / (1.0 + strength * fog)


@dataclass(frozen=True)
class Spatter(Corruption):
    """Bright drops on a share of the image."""

    SHARES: ClassVar[Levels] = (0.02, 0.06, 0.15)
    BRIGHT: ClassVar[float] = 0.8

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return spattered images."""
        noise = torch.randn(len(images), 1, *images.shape[-2:], generator=source).to(images)
        height = blurred(noise, 0.06 * min(images.shape[-2:])).flatten(1)
        dry = max(1, round((1.0 - self.level(self.SHARES)) * height.shape[1]))
        shore = height.kthvalue(dry, dim=1, keepdim=True).values
        drops = (height > shore).view(len(images), 1, *images.shape[-2:])
        return torch.where(drops, images.clamp_min(self.BRIGHT), images)


def blurred(images: Tensor, sigma: float) -> Tensor:
    """Return images (N×C×H×W) blurred by a Gaussian of ``sigma`` pixels; borders are continued."""
    radius = max(1, math.ceil(3.0 * sigma))
    places = torch.arange(-radius, radius + 1, device=images.device, dtype=images.dtype)
    kernel = torch.exp(-0.5 * (places / sigma) ** 2)
    kernel = kernel / kernel.sum()
    channels = images.shape[1]
    padded = functional.pad(images, (radius, radius, radius, radius), mode="replicate")
    along = functional.conv2d(padded, kernel.view(1, 1, 1, -1).expand(channels, 1, 1, -1), groups=channels)
    return functional.conv2d(along, kernel.view(1, 1, -1, 1).expand(channels, 1, -1, 1), groups=channels)


def _clouds(images: Tensor, source: torch.Generator) -> Tensor:
    """Return N×1×H×W in [0, 1]: sums of ever finer random fields, each image's own darkest 0 and brightest 1."""
    size = images.shape[-2:]
    total = torch.zeros(len(images), 1, *size)
    cells, weight = 2, 1.0
    while cells <= max(size):
        field = torch.rand(len(images), 1, cells, cells, generator=source)
        total += weight * functional.interpolate(field, size=size, mode="bilinear", align_corners=True)
        cells, weight = 2 * cells, weight / 2
    low, high = total.amin((2, 3), keepdim=True), total.amax((2, 3), keepdim=True)
    return ((total - low) / (high - low).clamp_min(1e-6)).to(images)
