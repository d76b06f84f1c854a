"""Something is drawn on the image that has nothing to do with it: a stripe, dots in a line, a zigzag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from benchkit_corruptions.base import Corruption, Levels, uniform


@dataclass(frozen=True)
class Stripe(Corruption):
    """An upright stripe anywhere, a share of the width, is inverted."""

    SHARES: ClassVar[Levels] = (0.07, 0.15, 0.3)

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return striped images."""
        width = images.shape[-1]
        wide = max(1, round(self.level(self.SHARES) * width))
        first = torch.randint(width - wide + 1, (len(images), 1, 1, 1), generator=source).to(images.device)
        column = torch.arange(width, device=images.device)
        return torch.where((column >= first) & (column < first + wide), 1.0 - images, images)


@dataclass(frozen=True)
class DottedLine(Corruption):
    """White dots along one, two or three straight lines from the left border to the right one."""

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return images with lines of dots."""
        height, width = images.shape[-2:]
        dot = max(1, width // 14)
        along = torch.linspace(0.0, 1.0, width, device=images.device).view(1, 1, 1, -1)
        shown = (torch.arange(width, device=images.device) // dot) % 2 == 0
        for _ in range(self.severity):
            left, right = (uniform(0.0, height - 1.0, len(images), source, images) for _ in range(2))
            images = _drawn(images, left + (right - left) * along, dot / 2, shown)
        return images


@dataclass(frozen=True)
class Zigzag(Corruption):
    """White lines that go up and down three times from the left border to the right one: one, two or three of them."""

    HEIGHT: ClassVar[float] = 0.25
    TIMES: ClassVar[int] = 3

    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return images with zigzag lines."""
        height, width = images.shape[-2:]
        swing = self.HEIGHT * (height - 1)
        phase = torch.linspace(0.0, float(self.TIMES), width, device=images.device).remainder(1.0)
        wave = swing * (1.0 - 2.0 * (phase - 0.5).abs()).view(1, 1, 1, -1)
        everywhere = torch.ones(width, dtype=torch.bool, device=images.device)
        for _ in range(self.severity):
            top = uniform(0.0, height - 1.0 - swing, len(images), source, images)
            images = _drawn(images, top + wave, max(1, width // 28) / 2, everywhere)
        return images


def _drawn(images: Tensor, line: Tensor, radius: float, shown: Tensor) -> Tensor:
    """Return images with white where a line is: in column x those rows that are ``radius`` from ``line`` at most.

    Args:
        images: N×C×H×W.
        line: row of the line in each column, N×1×1×W.
        radius: pixels.
        shown: columns in which the line is drawn, W.
    """
    row = torch.arange(images.shape[-2], device=images.device).view(1, 1, -1, 1)
    return images.masked_fill(((row - line).abs() <= radius) & shown, 1.0)
