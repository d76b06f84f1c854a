"""In which order a fit sees its rows: drawn from its seed alone, and the same on every device."""

from __future__ import annotations

import torch
from torch import Tensor


class Order:
    """The batches of one fit, step by step.

    An epoch is ``n`` rows, shuffled or drawn with replacement; its last batch takes what is left, and so does the last
    epoch.

    Attributes:
        steps: batches in all.
        per_epoch: batches of an epoch; the last may have fewer.

    Args:
        n: rows there are, at least 1.
        images: rows to be seen, counted with repetition, 0 or more.
        batch_size: rows of a batch, at least 1.
        seed: the only source of randomness.
        replacement: draw rows with replacement instead of shuffling them.
    """

    def __init__(self, n: int, images: int, batch_size: int, *, seed: int, replacement: bool) -> None:
        whole, rest = divmod(images, n)
        self.per_epoch = -(-n // batch_size)
        self.steps = whole * self.per_epoch + -(-rest // batch_size)
        self._n, self._left, self._batch_size = n, images, batch_size
        self._replacement = replacement
        self._generator = torch.Generator().manual_seed(seed)  # on the CPU: the same order on every device
        self._waiting: list[tuple[Tensor, list[int]]] = []

    def take(self, steps: int) -> tuple[Tensor, list[int]]:
        """Return the next batches: row numbers (int64, steps×batch size, on the CPU) and how many of each count.

        What a batch lacks is filled up with row 0. There must be that many steps left.
        """
        blocks: list[Tensor] = []
        counts: list[int] = []
        while len(counts) < steps:
            index, sizes = self._waiting.pop() if self._waiting else self._epoch()
            wanted = steps - len(counts)
            if len(sizes) > wanted:
                self._waiting.append((index[wanted:], sizes[wanted:]))
            blocks.append(index[:wanted])
            counts += sizes[:wanted]
        return torch.cat(blocks) if len(blocks) > 1 else blocks[0], counts

    def _epoch(self) -> tuple[Tensor, list[int]]:
        index = self._draw()[: self._left]
        self._left -= len(index)
        steps, size = -(-len(index) // self._batch_size), self._batch_size
        padded = torch.zeros(steps * size, dtype=torch.int64)
        padded[: len(index)] = index
        return padded.view(steps, size), [size] * (steps - 1) + [len(index) - size * (steps - 1)]

    def _draw(self) -> Tensor:
        if self._replacement:
            return torch.randint(self._n, (self._n,), generator=self._generator)
        return torch.randperm(self._n, generator=self._generator)
