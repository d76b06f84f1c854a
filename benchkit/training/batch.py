"""The batches of many modules: of one step, and of many steps that were gathered at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
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


@dataclass(frozen=True)
class Chunk:
    """The batches of T steps.

    Attributes:
        rows: S×T×B×….
        targets: S×T×B×…; the rows themselves for autoencoders.
        weights: S×T×B, float32.
        counts: of each module, how many rows of each step count.
    """

    rows: Tensor
    targets: Tensor
    weights: Tensor
    counts: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        """Return T."""
        return self.rows.shape[1]

    def batch(self, step: int) -> Batch:
        """Return the batch of one step."""
        counts = tuple(steps[step] for steps in self.counts)
        return Batch(self.rows[:, step], self.targets[:, step], self.weights[:, step], counts)

    def part(self, start: int, stop: int) -> Chunk:
        """Return some of the steps; nothing is copied."""
        rows, counts = self.rows[:, start:stop], tuple(steps[start:stop] for steps in self.counts)
        targets = rows if self.targets is self.rows else self.targets[:, start:stop]
        return Chunk(rows, targets, self.weights[:, start:stop], counts)


Step = Callable[[Batch], Tensor]
"""Leaves the gradients in the stack and returns the mean loss of each module, detached: S."""

Advance = Callable[[Chunk], Tensor]
"""Makes all steps of a chunk, the optimiser's included, and returns the mean losses of each: T×S."""


def one_by_one(step: Step) -> Advance:
    """Return what makes the steps of a chunk, each by a call."""

    def advance(chunk: Chunk) -> Tensor:
        return torch.stack([step(chunk.batch(number)) for number in range(len(chunk))])

    return advance
