"""Activation functions that are written over what they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from torch import Tensor, nn

Activation = type[nn.Module]

_FEW = 8192
"""Numbers below which one call to a slow kernel takes less time than four calls to fast ones, measured on a CPU."""


def tanh_(values: Tensor) -> Tensor:
    """Write tanh over ``values`` and return them; within 2e-7 of ``torch.tanh`` in float32.

    On processors torch's tanh takes five times as long as its sigmoid, of which tanh is 2 sigmoid(2x) - 1.
    """
    if values.device.type != "cpu" or values.numel() < _FEW:
        return values.tanh_()
    return values.mul_(2).sigmoid_().mul_(2).sub_(1)


APPLY: Mapping[Activation, Callable[[Tensor], Tensor]] = MappingProxyType(
    {nn.Tanh: tanh_, nn.Sigmoid: Tensor.sigmoid_, nn.ReLU: Tensor.relu_, nn.Identity: lambda outputs: outputs}
)
"""Layer to function: writes the layer's outputs over its inputs and returns them."""
