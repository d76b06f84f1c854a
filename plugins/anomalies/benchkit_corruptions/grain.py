"""Every pixel by itself is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from benchkit_corruptions.base import Corruption, Levels


@dataclass(frozen=True)
class Shot(Corruption):
    """As if so many photons were counted for a white pixel: Poisson noise. Black stays black."""

    PHOTONS: ClassVar[Levels] = (60.0, 20.0, 5.0)

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return counted images."""
        photons = self.level(self.PHOTONS)
        return (torch.poisson(images.cpu() * photons, generator=source) / photons).to(images)


@dataclass(frozen=True)
class Impulse(Corruption):
    """A share of the pixels is black or white: salt and pepper."""

    SHARES: ClassVar[Levels] = (0.02, 0.06, 0.18)

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return sprinkled images."""
        drawn = torch.rand(images.shape, generator=source).to(images)
        share = self.level(self.SHARES)
        return images.masked_fill(drawn < share, 1.0).masked_fill_(drawn < share / 2, 0.0)


@dataclass(frozen=True)
class Brightness(Corruption):
    """Brighter all over, white staying white."""

    ADDED: ClassVar[Levels] = (0.1, 0.25, 0.5)

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return brighter images."""
        return images + self.level(self.ADDED)
