"""The optimisers of the five experiments, each working on one flat parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import nn

from benchkit.errors import UsageError, did_you_mean

Make = Callable[[nn.Parameter, float], torch.optim.Optimizer]


def _adam(parameter: nn.Parameter, learning_rate: float) -> torch.optim.Optimizer:
    return torch.optim.Adam([parameter], lr=learning_rate, fused=True)


def _adagrad(parameter: nn.Parameter, learning_rate: float) -> torch.optim.Optimizer:
    return torch.optim.Adagrad([parameter], lr=learning_rate)


def _rmsprop(parameter: nn.Parameter, learning_rate: float) -> torch.optim.Optimizer:
    return torch.optim.RMSprop([parameter], lr=learning_rate, alpha=0.9)


def _adadelta(parameter: nn.Parameter, learning_rate: float) -> torch.optim.Optimizer:
    return torch.optim.Adadelta([parameter], lr=learning_rate, rho=0.95)


OPTIMISERS: Mapping[str, Make] = MappingProxyType(
    {"adam": _adam, "adagrad": _adagrad, "rmsprop": _rmsprop, "adadelta": _adadelta}
)
"""Name to factory; the decay rates are those of the papers (RMSprop 0.9, Adadelta 0.95)."""


def make_optimiser(name: str, parameter: nn.Parameter, learning_rate: float) -> torch.optim.Optimizer:
    """Return the optimiser called ``name``.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in OPTIMISERS:
        raise UsageError(
            f"training: got the optimiser {name!r}; expected one of {', '.join(OPTIMISERS)}."
            f"{did_you_mean(name, OPTIMISERS)}"
        )
    return OPTIMISERS[name](parameter, learning_rate)
