"""One module's way through its training: what it sees, in which order, and the losses on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from benchkit.contract import Rows
from benchkit.training.order import Order


@dataclass
class Course:
    """One module that is trained.

    Attributes:
        module: on the rows' device.
        rows: N×….
        targets: N×…, on the device; None: the rows themselves, as for an autoencoder.
        order: in which rows are seen.
    """

    module: nn.Module
    rows: Rows
    targets: Tensor | None
    order: Order
    _losses: list[Tensor] = field(default_factory=list)
    _counts: list[int] = field(default_factory=list)

    def note(self, losses: Tensor, counts: list[int]) -> None:
        """Keep the mean loss and the number of rows of each step."""
        self._losses.append(losses)
        self._counts += counts

    def epoch_losses(self) -> list[float]:
        """Return the mean loss over the rows of each epoch, each row's before the step that it was part of.

        Without a step there is none.
        """
        if not self._losses:
            return []
        counts = np.asarray(self._counts, dtype=np.float64)
        losses = torch.cat(self._losses).cpu().double().numpy()
        starts = np.arange(0, len(counts), self.order.per_epoch)
        sums = np.add.reduceat(losses * counts, starts) / np.add.reduceat(counts, starts)
        return [float(mean) for mean in sums]
