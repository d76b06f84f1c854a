"""What all corruptions share: a severity, a seed of their own, and images that stay in [0, 1]."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from benchkit import AnomalyGenerator, LabelledImages, UsageError, source_of

GROUP = "corruptions"

SEVERITIES = (1, 2, 3)
"""Mild, plain, strong."""

Levels = tuple[float, float, float]
"""What each severity stands for."""


@dataclass(frozen=True)
class Corruption(AnomalyGenerator):
    """One corrupted image for each normal test image.

    Attributes:
        severity: 1 (mild) to 3 (strong); what it stands for is a constant of each kind.

    Raises:
        UsageError: there is no such severity.
    """

    by_default: ClassVar[bool] = False

    severity: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.severity not in SEVERITIES:
            raise UsageError(f"anomaly {self.name!r}: got severity={self.severity!r}; expected 1, 2 or 3.")

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return one corrupted image for each of ``test``, in its order."""
        if not len(test.images):
            return test.images.clone()
        return self.corrupt(test.images, source_of(self.name, seed)).clamp_(0.0, 1.0)

    @abstractmethod
    def corrupt(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return new images, N×C×H×W like ``images`` (float32 in [0, 1], not to be changed); they are clipped after.

        Args:
            images: on any device.
            source: of randomness, on the CPU, so that every device sees the same corruption.
        """

    def level(self, levels: Levels) -> float:
        """Return what the severity stands for."""
        return levels[self.severity - 1]


def uniform(low: float, high: float, count: int, source: torch.Generator, like: Tensor) -> Tensor:
    """Return so many numbers between ``low`` and ``high``, N×1×1×1, on the device of ``like``."""
    drawn = low + (high - low) * torch.rand(count, 1, 1, 1, generator=source)
    return drawn.to(like)


def signs(count: int, source: torch.Generator, like: Tensor) -> Tensor:
    """Return -1 or 1 so many times, N×1×1×1, on the device of ``like``."""
    return (2.0 * torch.randint(2, (count, 1, 1, 1), generator=source) - 1.0).to(like)
