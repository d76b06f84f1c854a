"""Shifting and scaling of features by what was seen in training."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from benchkit import Rows
from benchkit.training import as_rows

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
    def fit(cls, vectors: Tensor | Rows) -> Scaling:
        """Take the mean and the floored standard deviation of each column of ``vectors`` (n×d, n ≥ 1)."""
        deviation, mean = (
            torch.std_mean(vectors, 0, correction=0) if isinstance(vectors, Tensor) else _std_mean(vectors)
        )
        typical = deviation.square().mean().sqrt()
        # All features constant: nothing to scale by.
        floor = torch.where(typical > 0, FLOOR * typical, torch.ones_like(typical))
        return cls(mean, torch.maximum(deviation, floor))

    def __call__(self, vectors: Tensor) -> Tensor:
        """Return the scaled vectors, n×d."""
        return vectors if self.shift is None or self.scale is None else (vectors - self.shift).div_(self.scale)

    def back(self, scaled: Tensor) -> Tensor:
        """Return the vectors, n×d, that were scaled."""
        return scaled if self.shift is None or self.scale is None else scaled * self.scale + self.shift


CHUNK = 65_536
"""Rows looked at together."""


def _std_mean(rows: Rows) -> tuple[Tensor, Tensor]:
    """Return what ``torch.std_mean`` does of rows that come some at a time, by the parallel formula.

    Source: Chan, Golub and LeVeque 1983, https://doi.org/10.1080/00031305.1983.10483115.
    """
    count, mean, squares = 0, torch.zeros(()), torch.zeros(())
    for chunk in as_rows(rows).chunks(CHUNK):
        variance, own = torch.var_mean(chunk, 0, correction=0)
        n, shift = len(chunk), own - mean.to(own)
        total = count + n
        mean = mean.to(own) + shift * (n / total)
        squares = squares.to(own) + variance * n + shift.square() * (count * n / total)
        count = total
    return (squares / count).sqrt(), mean
