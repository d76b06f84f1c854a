"""One training step's gradients: by autograd, or written out for a stack of dense layers.

Small dense networks spend more time in autograd's bookkeeping than in arithmetic; the written-out step computes the
same gradients in about half the time. It is chosen by itself where it fits, and tested against autograd.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

Loss = Callable[[Tensor, Tensor], Tensor]
"""Outputs and targets in, mean loss over the batch out."""

Step = Callable[[Tensor, Tensor], Tensor]
"""Inputs and targets in; leaves the gradients in the parameters and returns the loss, detached."""

LossGradient = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Outputs and targets in; the mean loss and its gradient with respect to the outputs out."""


def _mean_squared_error(outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    difference = outputs - targets
    line = difference.view(-1)
    return torch.dot(line, line) / line.numel(), difference.mul_(2 / line.numel())


def _cross_entropy(outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    chosen, logs = targets.unsqueeze(1), torch.log_softmax(outputs, 1)
    loss = -logs.gather(1, chosen).mean()
    gradient = logs.exp_().scatter_add_(1, chosen, logs.new_full((1, 1), -1.0).expand_as(chosen))
    return loss, gradient.div_(len(outputs))


_LOSSES: dict[Loss, LossGradient] = {
    functional.mse_loss: _mean_squared_error,
    functional.cross_entropy: _cross_entropy,
}
_APPLY: dict[type[nn.Module], Callable[[Tensor], Tensor]] = {
    nn.Tanh: Tensor.tanh_,
    nn.Sigmoid: Tensor.sigmoid_,
    nn.ReLU: Tensor.relu_,
    nn.Identity: lambda outputs: outputs,
}
# In terms of the layer's *output*, so that no input of an activation has to be kept.
_BACK: dict[type[nn.Module], Callable[[Tensor, Tensor], Tensor]] = {
    nn.Tanh: lambda gradient, outputs: torch.ops.aten.tanh_backward(gradient, outputs),
    nn.Sigmoid: lambda gradient, outputs: torch.ops.aten.sigmoid_backward(gradient, outputs),
    nn.ReLU: lambda gradient, outputs: torch.ops.aten.threshold_backward(gradient, outputs, 0),
    nn.Identity: lambda gradient, outputs: gradient,
}


SMALL = 20_000_000
"""Multiplications in a step's forward pass below which a dense stack is trained on one thread.

Measured on two cores: 784-32-32-10 in batches of 32 (0.8 million) gains nothing from the second thread,
784-100-50-100-784 in batches of 40 (7 million) a fifth. Beside other work, though, two threads that wait for each
other in every kernel were up to ten times slower than one.
"""


def is_small(module: nn.Module, batch_size: int) -> bool:
    """Return whether ``module`` is a stack of dense layers too small for a second thread to pay reliably."""
    weights = sum(layer.weight.numel() for layer, _ in dense_layers(module))
    return 0 < weights * batch_size < SMALL


def make_step(module: nn.Module, loss: Loss, flat: nn.Parameter) -> Step:
    """Return the step for ``module``, whose parameters and gradients are views of those of ``flat``."""
    layers = dense_layers(module)
    if layers and loss in _LOSSES:
        return _written_out_step(layers, _LOSSES[loss])
    return autograd_step(module, loss, flat)


def autograd_step(module: nn.Module, loss: Loss, flat: nn.Parameter) -> Step:
    """Return the step that any module and any loss can take."""

    def step(inputs: Tensor, targets: Tensor) -> Tensor:
        if flat.grad is not None:
            flat.grad.zero_()
        value = loss(module(inputs), targets)
        torch.autograd.backward(value)
        return value.detach()

    return step


def dense_layers(module: nn.Module) -> list[tuple[nn.Linear, type[nn.Module]]]:
    """Return (layer, activation) pairs, or nothing if the module is anything but a stack of dense layers."""
    if type(module) is not nn.Sequential:
        return []
    pairs: list[tuple[nn.Linear, type[nn.Module]]] = []
    for part in module:
        if type(part) is nn.Linear and part.bias is not None:
            pairs.append((part, nn.Identity))
        elif type(part) in _APPLY and pairs and pairs[-1][1] is nn.Identity:
            pairs[-1] = (pairs[-1][0], type(part))
        else:
            return []
    return pairs


def _written_out_step(layers: list[tuple[nn.Linear, type[nn.Module]]], loss: LossGradient) -> Step:
    @torch.no_grad()
    def step(inputs: Tensor, targets: Tensor) -> Tensor:
        outputs = [inputs]
        for layer, activation in layers:
            outputs.append(_APPLY[activation](torch.addmm(layer.bias, outputs[-1], layer.weight.t())))
        value, gradient = loss(outputs[-1], targets)
        for depth in range(len(layers) - 1, -1, -1):
            layer, activation = layers[depth]
            gradient = _BACK[activation](gradient, outputs[depth + 1])
            torch.mm(gradient.t(), outputs[depth], out=layer.weight.grad)
            torch.sum(gradient, 0, out=layer.bias.grad)
            if depth:
                gradient = torch.mm(gradient, layer.weight)
        return value

    return step
