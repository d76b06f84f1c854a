"""Running a fitted function over many inputs."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


@torch.no_grad()
def batched(function: Callable[[Tensor], Tensor], inputs: Tensor, batch_size: int = 4096) -> Tensor:
    """Return ``function(inputs)``, computed ``batch_size`` rows at a time with gradients off.

    Args:
        function: maps n×… inputs to n×… outputs, row by row.
        inputs: N×…; N may be 0, then the function is called once with no rows.
        batch_size: bounds the memory that intermediate results take.
    """
    if len(inputs) <= batch_size:
        return function(inputs)
    return torch.cat([function(batch) for batch in torch.split(inputs, batch_size)])
