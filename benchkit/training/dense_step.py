"""A training step written out for stacks of dense layers, one or many at once.

Small dense networks spend more time in autograd's bookkeeping than in arithmetic; the written-out step computes the
same gradients in about half the time. It is chosen by itself where it fits, and tested against autograd.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchkit.training.activations import APPLY, Activation
from benchkit.training.batch import Batch, Loss, Step
from benchkit.training.stack import Stack

LossGradient = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
"""Outputs, targets and weights in; the mean loss of each module and its gradient with respect to the outputs out."""


def _mean_squared_error(outputs: Tensor, targets: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    difference = outputs - targets
    gradient = difference * (weights * (2 / difference.shape[-1])).unsqueeze(-1)
    # Half the product of both is the weighted sum of squares.
    loss = 0.5 * torch.linalg.vecdot(difference.flatten(-2), gradient.flatten(-2))
    return loss, gradient


def _cross_entropy(outputs: Tensor, targets: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    chosen, logs = targets.unsqueeze(-1), torch.log_softmax(outputs, -1)
    loss = -(logs.gather(-1, chosen).squeeze(-1) * weights).sum(-1)
    gradient = logs.exp_().scatter_add_(-1, chosen, logs.new_full((1,) * logs.ndim, -1.0).expand_as(chosen))
    return loss, gradient.mul_(weights.unsqueeze(-1))


_LOSSES: dict[Loss, LossGradient] = {
    functional.mse_loss: _mean_squared_error,
    functional.cross_entropy: _cross_entropy,
}
_aten = torch.ops.aten
# In terms of the layer's *output*, so that no input of an activation has to be kept; written over the gradient.
_BACK: dict[Activation, Callable[[Tensor, Tensor], Tensor]] = {
    nn.Tanh: lambda gradient, outputs: _aten.tanh_backward.grad_input(gradient, outputs, grad_input=gradient),
    nn.Sigmoid: lambda gradient, outputs: _aten.sigmoid_backward.grad_input(gradient, outputs, grad_input=gradient),
    nn.ReLU: lambda gradient, outputs: _aten.threshold_backward.grad_input(gradient, outputs, 0, grad_input=gradient),
    nn.Identity: lambda gradient, outputs: gradient,
}


@dataclass(frozen=True)
class _Layer:
    """One layer of every module: weights S×out×in and biases S×out, or without the S for one module."""

    weight: Tensor
    bias: Tensor
    weight_gradient: Tensor
    bias_gradient: Tensor
    activation: Activation

    def forward(self, inputs: Tensor) -> Tensor:
        weight = self.weight.mT
        outputs = (
            torch.addmm(self.bias, inputs, weight)
            if inputs.ndim == 2
            else torch.baddbmm(self.bias.unsqueeze(1), inputs, weight)
        )
        return APPLY[self.activation](outputs)

    def backward(self, gradient: Tensor, outputs: Tensor, inputs: Tensor) -> Tensor:
        """Leave the layer's gradients; return that of what goes into its activation."""
        gradient = _BACK[self.activation](gradient, outputs)
        torch.matmul(gradient.mT, inputs, out=self.weight_gradient)
        torch.sum(gradient, -2, out=self.bias_gradient)
        return gradient


def dense_layers(module: nn.Module) -> list[tuple[nn.Linear, Activation]]:
    """Return (layer, activation) pairs, or nothing if the module is anything but a stack of dense layers."""
    if type(module) is not nn.Sequential:
        return []
    pairs: list[tuple[nn.Linear, Activation]] = []
    for part in module:
        if type(part) is nn.Linear and part.bias is not None:
            pairs.append((part, nn.Identity))
        elif type(part) in APPLY and pairs and pairs[-1][1] is nn.Identity:
            pairs[-1] = (pairs[-1][0], type(part))
        else:
            return []
    return pairs


def is_dense(module: nn.Module) -> bool:
    """Return whether a module is a stack of dense layers, all of them trained."""
    return bool(dense_layers(module)) and all(parameter.requires_grad for parameter in module.parameters())


def dense_step(stack: Stack, loss: Loss) -> Step | None:
    """Return the written-out step; None where the modules or the loss are not of its kind."""
    if not is_dense(stack.modules[0]) or loss not in _LOSSES:
        return None
    activations = [activation for _, activation in dense_layers(stack.modules[0])]
    layers, gradient_of = _layers(stack, activations), _LOSSES[loss]
    single = len(stack.modules) == 1

    @torch.no_grad()
    def step(batch: Batch) -> Tensor:
        rows, targets, weights = batch.rows, batch.targets, batch.weights
        if single:
            rows, targets, weights = rows[0], targets[0], weights[0]
        outputs = [rows]
        for layer in layers:
            outputs.append(layer.forward(outputs[-1]))
        value, gradient = gradient_of(outputs[-1], targets, weights)
        for depth in range(len(layers) - 1, -1, -1):
            gradient = layers[depth].backward(gradient, outputs[depth + 1], outputs[depth])
            if depth:
                gradient = gradient @ layers[depth].weight
        return value.reshape(-1)

    return step


def _layers(stack: Stack, activations: list[Activation]) -> list[_Layer]:
    values, gradients = list(stack.parameters.values()), list(stack.gradients.values())
    if len(stack.modules) == 1:
        values, gradients = [value[0] for value in values], [gradient[0] for gradient in gradients]
    pairs = zip(values[::2], values[1::2], gradients[::2], gradients[1::2], activations, strict=True)
    return [_Layer(*parts) for parts in pairs]
