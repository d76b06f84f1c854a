"""From what pytorch-ood predicts to what a scorer returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from benchkit.training import batched

AT_ONCE = 1024
"""Inputs that are scored at a time: some methods make a matrix for each."""

Function = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Scores:
    """A scorer: float32 scores on the inputs' device, without gradients.

    Attributes:
        predict: from inputs to the library's outlier scores, higher = more anomalous, of any type and on any device.
        at_once: inputs that it gets at a time.
    """

    predict: Function
    at_once: int = AT_ONCE

    def __call__(self, inputs: Tensor, /) -> Tensor:
        """Return n scores of n inputs."""
        return batched(self._score, inputs, self.at_once)

    def _score(self, inputs: Tensor) -> Tensor:
        if not len(inputs):  # what the library reshapes by -1 cannot be empty
            return torch.zeros(0, device=inputs.device)
        return as_float32(self.predict(inputs).detach()).to(inputs.device)


def as_float32(scores: Tensor) -> Tensor:
    """Return the scores in float32; what is beyond its range, infinities too, is the largest or smallest number."""
    limit = torch.finfo(torch.float32).max
    return scores.clamp(-limit, limit).to(torch.float32)
