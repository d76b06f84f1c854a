"""The image as a whole is moved: rotated, shrunk, sheared or shifted. What comes in from outside is black."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from benchkit_corruptions.base import Corruption, Levels, signs, uniform


@dataclass(frozen=True)
class Rotate(Corruption):
    """Turned about its centre, clockwise or not: by up to ``DEGREES``, at least three quarters of that."""

    DEGREES: ClassVar[Levels] = (15.0, 30.0, 60.0)

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return turned images."""
        most = math.radians(self.level(self.DEGREES))
        angle = uniform(0.75 * most, most, len(images), source, images) * signs(len(images), source, images)
        height, width = images.shape[-2:]
        cosine, sine = torch.cos(angle), torch.sin(angle)
        return _moved(images, cosine, -sine * (height / width), sine * (width / height), cosine)


@dataclass(frozen=True)
class Scale(Corruption):
    """Shrunk about its centre to a share of its size."""

    SHARES: ClassVar[Levels] = (0.8, 0.65, 0.5)

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return smaller images."""
        stretch = images.new_full((len(images), 1, 1, 1), 1.0 / self.level(self.SHARES))
        return _moved(images, stretch, torch.zeros_like(stretch), torch.zeros_like(stretch), stretch)


@dataclass(frozen=True)
class Shear(Corruption):
    """Rows shifted against each other, to either side: by a share of how far they are from the centre."""

    SHARES: ClassVar[Levels] = (0.2, 0.4, 0.8)

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return slanted images."""
        slant = self.level(self.SHARES) * signs(len(images), source, images)
        height, width = images.shape[-2:]
        one = torch.ones_like(slant)
        return _moved(images, one, slant * (height / width), torch.zeros_like(slant), one)


@dataclass(frozen=True)
class Translate(Corruption):
    """Shifted by a share of its side, into any direction."""

    SHARES: ClassVar[Levels] = (0.1, 0.2, 0.3)

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return shifted images."""
        angle = uniform(0.0, 2.0 * math.pi, len(images), source, images)
        shift = 2.0 * self.level(self.SHARES)  # coordinates go from -1 to 1
        one, zero = torch.ones_like(angle), torch.zeros_like(angle)
        return _moved(images, one, zero, zero, one, right=shift * torch.cos(angle), down=shift * torch.sin(angle))


def _moved(
    images: Tensor,
    xx: Tensor,
    xy: Tensor,
    yx: Tensor,
    yy: Tensor,
    *,
    right: Tensor | None = None,
    down: Tensor | None = None,
) -> Tensor:
    """Return images whose pixel (x, y) is the old one's at (xx·x + xy·y + right, yx·x + yy·y + down).

    Coordinates are those of ``torch.nn.functional.affine_grid``: from -1 to 1 along each side.
    """
    nothing = torch.zeros_like(xx)
    rows = [xx, xy, nothing if right is None else right, yx, yy, nothing if down is None else down]
    matrix = torch.stack([row.flatten() for row in rows], 1).view(-1, 2, 3)
    grid = functional.affine_grid(matrix, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)
