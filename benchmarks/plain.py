"""The built-in autoencoder as people write it in PyTorch, and the matrix products that nobody can do without."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchkit.measure.ceilings import Shape

ACTIVATIONS: dict[str, type[nn.Module]] = {"tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def network(detector: Any, features: int, device: torch.device) -> nn.Sequential:
    """Return the built-in autoencoder's layers and activations, with PyTorch's own first weights."""
    layers: list[nn.Module] = []
    names = [detector.activation] * len(detector.hidden) + [detector.output]
    for (inputs, outputs), name in zip(itertools.pairwise(widths(detector, features)), names, strict=True):
        layers += [nn.Linear(inputs, outputs), ACTIVATIONS[name]()]
    return nn.Sequential(*layers).to(device)


def widths(detector: Any, features: int) -> tuple[int, ...]:
    """Return the units from the input to the output, such as 784-50-784."""
    return (features, *detector.hidden, features)


def fit(detector: Any, vectors: Tensor) -> nn.Sequential:
    """Train as a tutorial does: a shuffled index each epoch, a batch by its part of it, Adam, autograd."""
    model = network(detector, vectors.shape[1], vectors.device)
    optimiser = torch.optim.Adam(model.parameters(), lr=detector.learning_rate)
    for _ in range(detector.epochs):
        order = torch.randperm(len(vectors), device=vectors.device)
        for start in range(0, len(vectors), detector.batch_size):
            batch = vectors[order[start : start + detector.batch_size]]
            optimiser.zero_grad()
            loss = functional.mse_loss(model(batch), batch)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    return model


def score(model: nn.Module, vectors: Tensor, batch_size: int) -> Tensor:
    """Return each vector's mean squared error, a batch at a time."""
    found = []
    with torch.no_grad():
        for start in range(0, len(vectors), batch_size):
            batch = vectors[start : start + batch_size]
            found.append(((model(batch) - batch) ** 2).mean(1))
    return torch.cat(found)


def forward_shapes(widths: Sequence[int], rows: int) -> list[Shape]:
    """Return the matrix products of the forward pass."""
    return [(rows, inputs, outputs) for inputs, outputs in itertools.pairwise(widths)]


def step_shapes(widths: Sequence[int], rows: int) -> list[Shape]:
    """Return the matrix products of a training step.

    Forward, and backward by weights and by inputs, without the gradient of the network's own input.
    """
    forward = forward_shapes(widths, rows)
    by_weights = [(outputs, rows, inputs) for rows, inputs, outputs in forward]
    by_inputs = [(rows, outputs, inputs) for rows, inputs, outputs in forward[1:]]
    return [*forward, *by_weights, *by_inputs]


def flop(shapes: Sequence[Shape]) -> int:
    """Return the floating point operations of some products."""
    return sum(2 * math.prod(shape) for shape in shapes)
