"""One training step's gradients, for one module or for many at once, by autograd.

A stack of dense layers has a step of its own: see ``dense_step``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from benchkit.training.batch import Batch, Loss, Step
from benchkit.training.course import Course
from benchkit.training.dense_step import dense_layers, dense_step
from benchkit.training.stack import Stack

SMALL = 20_000_000
"""Multiplications in a step's forward pass below which a dense stack is trained on one thread.

Measured on two cores: 784-32-32-10 in batches of 32 (0.8 million) gains nothing from the second thread,
784-100-50-100-784 in batches of 40 (7 million) a fifth. Beside other work, though, two threads that wait for each
other in every kernel were up to ten times slower than one.
"""


TINY = 2_000_000
"""Multiplications in a step's forward pass below which many dense stacks are trained in one step on a processor.

Measured on one thread, ten of them: 32-16-8-16-32 in batches of 64 (0.08 million) is trained three times as fast as one
after the other, 784-32-32-10 in batches of 32 (0.8 million) twice, 784-50-784 in batches of 64 (5 million) no faster.
"""


def is_small(module: nn.Module, batch_size: int) -> bool:
    """Return whether a module is a stack of dense layers too small for a second thread to pay reliably."""
    return 0 < _multiplications(module, batch_size) < SMALL


def is_tiny(module: nn.Module, batch_size: int) -> bool:
    """Return whether a module is a stack of dense layers so small that the calls of a step cost more than its work."""
    return 0 < _multiplications(module, batch_size) < TINY


def _multiplications(module: nn.Module, batch_size: int) -> int:
    return batch_size * sum(layer.weight.numel() for layer, _ in dense_layers(module))


def make_step(stack: Stack, loss: Loss, *, stacked: bool) -> Step:
    """Return the step that suits the modules best; of more than one they have to be ``stacked``."""
    return dense_step(stack, loss) or (stacked_step if stacked else single_step)(stack, loss)


def single_step(stack: Stack, loss: Loss) -> Step:
    """Return the step that any one module and any loss can take."""
    (module,), flat = stack.modules, stack.flat

    def step(batch: Batch) -> Tensor:
        if flat.grad is not None:
            flat.grad.zero_()
        rows, targets = batch.rows[0, : batch.counts[0]], batch.targets[0, : batch.counts[0]]
        value = loss(module(rows), targets)
        torch.autograd.backward(value)
        return value.detach().reshape(1)

    return step


def stacked_step(stack: Stack, loss: Loss) -> Step:
    """Return the step of modules that are built alike: one pass with a dimension more, of unchanging shapes."""
    losses_of = _losses(stack.modules[0], loss)
    # Leaves that share the stack's memory: what is derived for is each whole S×…, not the modules' own parts of it.
    leaves = {name: values.detach().requires_grad_() for name, values in stack.parameters.items()}

    def step(batch: Batch) -> Tensor:
        values = losses_of(leaves, batch.rows, batch.targets, batch.weights)
        for name, gradient in _gradients(values, leaves).items():
            stack.gradients[name].copy_(gradient)
        return values.detach()

    return step


def can_be_stacked(course: Course, loss: Loss) -> bool:
    """Return whether a module can take the step of many: it draws nothing at random and changes no buffer."""
    rows = course.rows.take(torch.zeros(2, dtype=torch.int64))[None]
    targets = rows if course.targets is None else course.targets[:1].expand(2, *course.targets.shape[1:])[None]
    named = course.module.named_parameters()
    parameters = {name: value.detach()[None].requires_grad_() for name, value in named if value.requires_grad}
    weights = torch.full((1, 2), 0.5, device=rows.device)
    try:
        _gradients(_losses(course.module, loss)(parameters, rows, targets, weights), parameters)
    except (RuntimeError, NotImplementedError, TypeError, ValueError):  # torch's ways to say that it cannot
        return False
    return True


def _losses(module: nn.Module, loss: Loss) -> Callable[..., Tensor]:
    """Return what maps parameters, rows, targets and weights, each with a dimension more, to a loss of each module."""
    # A skeleton: the module's own parameters are views of the stack, and are not to be in the graph.
    skeleton = copy.deepcopy(module).requires_grad_(False).train()

    def objective(parameters: dict[str, Tensor], rows: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
        outputs: Tensor = functional_call(skeleton, parameters, (rows,))
        losses: Tensor = vmap(lambda output, target: loss(output[None], target[None]))(outputs, targets)
        return (losses * weights).sum()

    mapped: Callable[..., Tensor] = vmap(objective)
    return mapped


def _gradients(values: Tensor, leaves: dict[str, Tensor]) -> dict[str, Tensor]:
    # Not by torch.func.grad, which imports torch's compiler: seconds of every process.
    found = torch.autograd.grad(values.sum(), list(leaves.values()), materialize_grads=True)
    return dict(zip(leaves, found, strict=True))
