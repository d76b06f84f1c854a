"""The optimisers of the five experiments, each working on one flat parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.optim.adam import adam

from benchkit.errors import UsageError, did_you_mean

Cut = Callable[[Tensor], Tensor]
"""From a tensor shaped like the flat parameter to the part of it that is trained on."""


class Optimiser(Protocol):
    """Moves a flat parameter along its gradient."""

    @property
    def replayable(self) -> bool:
        """Whether its step can be recorded as a CUDA graph."""

    def step(self) -> None:
        """Move the parameter."""

    def cut(self, flat: nn.Parameter, part: Cut) -> Optimiser:
        """Return an optimiser that goes on with ``flat``, which is a part of the parameter."""

    def state(self) -> list[Tensor]:
        """Return the tensors that a step changes, beside the parameter."""


class Adam:
    """Kingma and Ba 2015, https://arxiv.org/abs/1412.6980; torch's own kernel, called without the optimiser around it.

    For a small network torch's class costs as much time as its kernel does.

    Args:
        flat: with a gradient.
        learning_rate: the step size.
    """

    replayable = True

    def __init__(self, flat: nn.Parameter, learning_rate: float) -> None:
        self._flat, self._learning_rate = flat, learning_rate
        self._mean, self._square = torch.zeros_like(flat.data), torch.zeros_like(flat.data)
        self._steps = torch.zeros((), dtype=torch.float32, device=flat.device)

    def step(self) -> None:
        """Move the parameter."""
        flat = self._flat
        if flat.grad is None:
            raise RuntimeError("the flat parameter has lost its gradient")
        with torch.no_grad():
            adam(
                [flat.data], [flat.grad], [self._mean], [self._square], [], [self._steps],
                fused=True, amsgrad=False, beta1=0.9, beta2=0.999, lr=self._learning_rate, weight_decay=0.0, eps=1e-8,
                maximize=False,
            )  # fmt: skip

    def cut(self, flat: nn.Parameter, part: Cut) -> Adam:
        """Return an optimiser that goes on with a part."""
        other = Adam(flat, self._learning_rate)
        other._mean, other._square, other._steps = part(self._mean), part(self._square), self._steps.clone()
        return other

    def state(self) -> list[Tensor]:
        """Return both moments and the count of steps."""
        return [self._mean, self._square, self._steps]


class _OfTorch:
    """One of torch's own optimisers."""

    replayable = False

    def __init__(self, make: Callable[[nn.Parameter], torch.optim.Optimizer], flat: nn.Parameter) -> None:
        self._make, self._flat = make, flat
        self.optimiser = make(flat)

    def step(self) -> None:
        self.optimiser.step()

    def cut(self, flat: nn.Parameter, part: Cut) -> _OfTorch:
        other = _OfTorch(self._make, flat)
        state = {key: self._part(value, part) for key, value in self.optimiser.state[self._flat].items()}
        other.optimiser.state[flat] = state
        return other

    def _part(self, value: object, part: Cut) -> object:
        return part(value) if isinstance(value, Tensor) and value.shape == self._flat.shape else value

    def state(self) -> list[Tensor]:
        return [value for value in self.optimiser.state[self._flat].values() if isinstance(value, Tensor)]


def _adagrad(flat: nn.Parameter, learning_rate: float) -> Optimiser:
    return _OfTorch(lambda parameter: torch.optim.Adagrad([parameter], lr=learning_rate), flat)


def _rmsprop(flat: nn.Parameter, learning_rate: float) -> Optimiser:
    return _OfTorch(lambda parameter: torch.optim.RMSprop([parameter], lr=learning_rate, alpha=0.9), flat)


def _adadelta(flat: nn.Parameter, learning_rate: float) -> Optimiser:
    return _OfTorch(lambda parameter: torch.optim.Adadelta([parameter], lr=learning_rate, rho=0.95), flat)


OPTIMISERS: Mapping[str, Callable[[nn.Parameter, float], Optimiser]] = MappingProxyType(
    {"adam": Adam, "adagrad": _adagrad, "rmsprop": _rmsprop, "adadelta": _adadelta}
)
"""Name to factory; the decay rates are those of the papers (RMSprop 0.9, Adadelta 0.95)."""


def make_optimiser(name: str, learning_rate: float, flat: nn.Parameter) -> Optimiser:
    """Return the optimiser called ``name``.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in OPTIMISERS:
        raise UsageError(
            f"training: got the optimiser {name!r}; expected one of {', '.join(OPTIMISERS)}."
            f"{did_you_mean(name, OPTIMISERS)}"
        )
    return OPTIMISERS[name](flat, learning_rate)
