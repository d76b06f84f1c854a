"""Networks whose first weights depend on the seed alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import nn

from benchkit.errors import UsageError

_ACTIVATIONS: dict[str, type[nn.Module] | None] = {
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "relu": nn.ReLU,
    "linear": None,
}
Module = TypeVar("Module", bound=nn.Module)
_WEIGHTED = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)


def build(factory: Callable[[], Module], *, seed: int, device: torch.device | str) -> Module:
    """Return ``factory()`` with weights that are the same on every device and in every process.

    The weights are drawn on the CPU under ``seed`` and moved; the global random state is left as found.

    Args:
        factory: makes the module and draws its weights from torch's global CPU generator.
        seed: the only source of randomness.
        device: where the module is to live.
    """
    with torch.random.fork_rng(devices=[]), torch.device("cpu"):
        # Not torch.manual_seed: that would seed the accelerators' generators too, which nobody restores.
        torch.default_generator.manual_seed(seed)
        module = factory()
    return module.to(device)


def glorot(module: Module) -> Module:
    """Draw Glorot-uniform weights and zero biases for every dense and convolution layer; return ``module``.

    Source: Glorot and Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html. Call it inside a factory
    given to ``build``.
    """
    for layer in module.modules():
        if isinstance(layer, _WEIGHTED):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return module


def dense(widths: Sequence[int], activations: Sequence[str]) -> nn.Sequential:
    """Return a stack of dense layers with Glorot-uniform weights.

    Args:
        widths: units from the input to the output, such as ``(784, 50, 784)``: at least two.
        activations: what follows each layer: ``tanh``, ``sigmoid``, ``relu`` or ``linear`` (nothing);
            one fewer than ``widths``.

    Raises:
        UsageError: an unknown activation, lengths that do not fit, or a layer without units.
    """
    unknown = sorted(set(activations) - set(_ACTIVATIONS))
    if unknown or len(widths) < 2 or min(widths) < 1 or len(activations) != len(widths) - 1:
        raise UsageError(
            f"dense network: got widths {tuple(widths)} and activations {tuple(activations)}; expected at "
            "least one unit a layer and one activation for each layer but the first, out of "
            f"{', '.join(_ACTIVATIONS)}. Correct the detector's or view's settings."
        )
    layers: list[nn.Module] = []
    for inputs, outputs, name in zip(widths[:-1], widths[1:], activations, strict=True):
        activation = _ACTIVATIONS[name]
        layers += [nn.Linear(inputs, outputs)] + ([activation()] if activation else [])
    return glorot(nn.Sequential(*layers))
