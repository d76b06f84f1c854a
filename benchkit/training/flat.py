"""All parameters of a module in one tensor, so that one optimiser call updates everything."""

from __future__ import annotations

import torch
from torch import nn

from benchkit.errors import UsageError


def flatten_parameters(module: nn.Module) -> nn.Parameter:
    """Move all trainable parameters of ``module`` into one flat parameter; return it, with a zero gradient.

    The module's parameters and their gradients become views of it: a step on the flat one is a step on each.
    Memory layouts (channels last) are kept.

    Raises:
        UsageError: the module has nothing to train.
    """
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    if not parameters:
        raise UsageError(
            f"training: got a {type(module).__name__} without trainable parameters; expected at least one. "
            "Check what the factory given to build() returns."
        )
    size = sum(parameter.numel() for parameter in parameters)
    flat = nn.Parameter(parameters[0].new_empty(size))
    flat.grad = torch.zeros_like(flat)
    offset = 0
    for parameter in parameters:
        place = (parameter.shape, parameter.stride(), offset)
        parameter.data = flat.data.as_strided(*place).copy_(parameter.data)
        parameter.grad = flat.grad.as_strided(*place)
        offset += parameter.numel()
    return flat


def drop_gradients(module: nn.Module) -> None:
    """Free the gradients: a fitted network carries its weights only."""
    for parameter in module.parameters():
        parameter.grad = None
