"""Only the outlines are left: Canny's edge detector."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from benchkit_corruptions.base import Corruption, Levels
from benchkit_corruptions.weather import blurred

LOW, HIGH = 0.2, 0.4
"""Of an image's steepest slope: edges begin at ``HIGH`` and go on as long as it is not below ``LOW``."""

SMOOTH = 0.035
"""Deviation of the Gaussian before, as a share of the shorter side: one pixel of MNIST."""


@dataclass(frozen=True)
class Edges(Corruption):
    """White outlines on black, mixed into the image by a share.

    Source: Canny 1986, "A Computational Approach to Edge Detection", https://doi.org/10.1109/TPAMI.1986.4767851.
    """

    SHARES: ClassVar[Levels] = (0.35, 0.7, 1.0)

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return outlined images."""
        return images.lerp(canny(images), self.level(self.SHARES))


def canny(images: Tensor) -> Tensor:
    """Return the edges of images (N×C×H×W in [0, 1]): 1 on an edge, else 0."""
    smooth = blurred(images, max(0.5, SMOOTH * min(images.shape[-2:])))
    across, down = _slopes(smooth)
    steep = torch.hypot(across, down)
    thin = steep * _is_ridge(steep, across, down)
    most = steep.amax((1, 2, 3), keepdim=True).clamp_min(1e-6)
    return _connected(thin >= HIGH * most, thin >= LOW * most).to(images)


def _slopes(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return Sobel's derivatives along x and y."""
    channels = images.shape[1]
    kernel = images.new_tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8
    padded = functional.pad(images, (1, 1, 1, 1), mode="replicate")
    across, down = (
        functional.conv2d(padded, each.expand(channels, 1, 3, 3), groups=channels) for each in (kernel, kernel.t())
    )
    return across, down


def _is_ridge(steep: Tensor, across: Tensor, down: Tensor) -> Tensor:
    """Return where a slope is the steepest along its own direction, which is taken as one of four."""
    sector = torch.round(torch.atan2(down, across) / (math.pi / 4)).remainder(4)
    padded = functional.pad(steep, (1, 1, 1, 1))
    ridge = torch.zeros_like(steep, dtype=torch.bool)
    for number, (dy, dx) in enumerate(((0, 1), (1, 1), (1, 0), (1, -1))):
        ahead, behind = _shifted(padded, dy, dx), _shifted(padded, -dy, -dx)
        ridge |= (sector == number) & (steep > behind) & (steep >= ahead)
    return ridge


def _shifted(padded: Tensor, dy: int, dx: int) -> Tensor:
    height, width = padded.shape[-2] - 2, padded.shape[-1] - 2
    return padded[..., 1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]


def _connected(sure: Tensor, possible: Tensor) -> Tensor:
    """Return what is possible and hangs together with what is sure."""
    found = sure
    while True:
        grown = functional.max_pool2d(found.float(), 3, stride=1, padding=1).bool() & possible
        if torch.equal(grown | found, found):
            return found
        found = found | grown
