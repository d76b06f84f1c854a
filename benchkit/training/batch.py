"""One step's batch for each module of a stack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

Loss = Callable[[Tensor, Tensor], Tensor]
"""Outputs and targets in, mean loss over the batch out, in which no row depends on another."""


@dataclass(frozen=True)
class Batch:
    """Rows for S modules.

    Attributes:
        rows: S×B×….
        targets: S×B×….
        weights: S×B, float32: of each row in its module's mean loss; 0 for rows that only fill the batch up.
        counts: of each module, how many of its rows count: the first ones.
    """

    rows: Tensor
    targets: Tensor
    weights: Tensor
    counts: tuple[int, ...]


Step = Callable[[Batch], Tensor]
"""Leaves the gradients in the stack and returns the mean loss of each module, detached: S."""
