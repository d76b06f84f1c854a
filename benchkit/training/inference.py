"""Running a fitted function or network over many inputs."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from benchkit.training.activations import APPLY
from benchkit.training.dense_step import dense_layers

IN_CACHE = 2**18
"""Numbers of a batch for each thread of a processor: what lies between the layers then stays in its cache of 1 MB."""

AT_MOST = 4096
"""Rows of a batch by default: on an accelerator, where a batch costs a dozen calls, or of a few numbers each."""


@torch.no_grad()
def batched(function: Callable[[Tensor], Tensor], inputs: Tensor, batch_size: int | None = None) -> Tensor:
    """Return ``function(inputs)``, computed ``batch_size`` rows at a time with gradients off.

    Args:
        function: maps n×… inputs to n×… outputs, row by row.
        inputs: N×…; N may be 0, then the function is called once with no rows.
        batch_size: bounds the memory that intermediate results take. None: as many as are fastest.
    """
    if batch_size is None:
        batch_size = _fastest(inputs)
    if len(inputs) <= batch_size:
        return function(inputs)
    return torch.cat([function(batch) for batch in torch.split(inputs, batch_size)])


def _fastest(inputs: Tensor) -> int:
    if inputs.device.type != "cpu":
        return AT_MOST
    return min(AT_MOST, max(1, IN_CACHE * torch.get_num_threads() // max(1, inputs[:1].numel())))


@torch.no_grad()
def infer(network: nn.Module, inputs: Tensor) -> Tensor:
    """Return ``network(inputs)`` with gradients off; the inputs stay as they are.

    A stack of dense layers takes its activations in place, and tanh within 2e-7 of torch's.

    Args:
        network: trained.
        inputs: n×…, few enough at a time: see ``batched``.
    """
    layers = dense_layers(network)
    if not layers or inputs.ndim != 2:
        outputs: Tensor = network(inputs)
        return outputs
    for layer, activation in layers:
        inputs = APPLY[activation](torch.addmm(layer.bias, inputs, layer.weight.t()))
    return inputs
