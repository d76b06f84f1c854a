"""The parameters of one module, or of many that are built alike, in one tensor: one optimiser step moves them all."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import torch
from torch import Tensor, nn

from benchkit.errors import UsageError, a_kind

BLOCK = 64
"""Numbers that a flat parameter is a multiple of, filled up with zeros: an optimiser's kernel then has no rest that it
rounds another way than the blocks before, and a processor trains a module to the same bits wherever it lies."""


class Stack:
    """Moves the trainable parameters of modules that are built alike into one flat parameter.

    The modules' parameters and gradients become views of it. Of each parameter, those of all modules lie one after the
    other, so that they are one tensor with a dimension more. Memory layouts (channels last) are kept.

    Attributes:
        modules: S modules.
        flat: all their parameters, and zeros behind; its gradient is zero at first.
        parameters: by name, each S×….
        gradients: by name, each S×….

    Raises:
        UsageError: a module has nothing to train.
    """

    def __init__(self, modules: Sequence[nn.Module]) -> None:
        self.modules = tuple(modules)
        first = _trainable(self.modules[0])
        size = len(self.modules) * sum(parameter.numel() for parameter in first.values())
        self.flat = nn.Parameter(next(iter(first.values())).new_zeros(size + -size % BLOCK))
        self.flat.grad = torch.zeros_like(self.flat)
        self.parameters = self._views(self.flat.data, first)
        self.gradients = self._views(self.flat.grad, first)
        for place, module in enumerate(self.modules):
            for name, parameter in _trainable(module).items():
                parameter.data = self.parameters[name][place].copy_(parameter.data)
                parameter.grad = self.gradients[name][place]

    def _views(self, line: Tensor, like: dict[str, nn.Parameter]) -> dict[str, Tensor]:
        views: dict[str, Tensor] = {}
        offset, count = 0, len(self.modules)
        for name, parameter in like.items():
            shape, strides = (count, *parameter.shape), (parameter.numel(), *parameter.stride())
            views[name] = line.as_strided(shape, strides, offset)
            offset += count * parameter.numel()
        return views

    def first(self, count: int) -> tuple[Stack, Callable[[Tensor], Tensor]]:
        """Return a stack of the first ``count`` modules, and what cuts a tensor shaped like ``flat`` to theirs.

        The other modules are to have left.
        """
        rest = Stack(self.modules[:count])
        like = _trainable(rest.modules[0])

        def cut(line: Tensor) -> Tensor:
            part = torch.zeros_like(rest.flat.data)
            new = rest._views(part, like)
            for name, values in self._views(line, like).items():
                new[name].copy_(values[:count])
            return part

        return rest, cut

    def leave(self, count: int) -> None:
        """Let all but the first ``count`` modules keep the parameters that they have, whatever becomes of the stack.

        Their places stay, so that a step has the shape that it had.
        """
        for module in self.modules[count:]:
            _leave(module)

    def release(self) -> None:
        """Free the gradients, and let no module hold the parameters of the others."""
        for module in self.modules:
            _leave(module, alone=len(self.modules) == 1)


def _trainable(module: nn.Module) -> dict[str, nn.Parameter]:
    found = {name: parameter for name, parameter in module.named_parameters() if parameter.requires_grad}
    if not found:
        raise UsageError(
            f"training: got {a_kind(module)} without trainable parameters; expected at least one. "
            "Check what the factory given to build() returns."
        )
    return found


def _leave(module: nn.Module, *, alone: bool = False) -> None:
    for parameter in module.parameters():
        parameter.grad = None
        if parameter.requires_grad and not alone:
            parameter.data = parameter.data.clone()


def form(module: nn.Module) -> Hashable:
    """Return what two modules share that are built alike: layers, and shapes of parameters and buffers."""
    tensors = [*module.named_parameters(), *module.named_buffers()]
    # Printed, a layer tells what is not in its tensors: strides, slopes.
    return (str(module), *((name, tensor.shape, tensor.dtype, tensor.requires_grad) for name, tensor in tensors))
