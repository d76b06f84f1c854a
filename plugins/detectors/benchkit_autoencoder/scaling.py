"""Shifting and scaling of features by what was seen in training."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

FLOOR = 0.05
"""Smallest deviation to divide by, as a share of the root mean square of all deviations.

A unit that never fires on normal inputs has no deviation of its own; firing at last is news, but without a floor it
would be infinitely loud.
"""


@dataclass(frozen=True)
class Scaling:
    """Maps n×d vectors to ``(vectors - shift) / scale``; None leaves them as they are."""

    shift: Tensor | None = None
    scale: Tensor | None = None

    @classmethod
    def fit(cls, vectors: Tensor) -> Scaling:
        """Take the mean and the floored standard deviation of each column of ``vectors`` (n×d, n ≥ 1)."""
        deviation, mean = torch.std_mean(vectors, 0, correction=0)
        typical = deviation.square().mean().sqrt()
        # All features constant: nothing to scale by.
        floor = torch.where(typical > 0, FLOOR * typical, torch.ones_like(typical))
        return cls(mean, torch.maximum(deviation, floor))

    def __call__(self, vectors: Tensor) -> Tensor:
        """Return the scaled vectors, n×d."""
        return vectors if self.shift is None or self.scale is None else (vectors - self.shift) / self.scale
