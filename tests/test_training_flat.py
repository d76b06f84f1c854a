"""One flat tensor for all parameters."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from training_helpers import noise

from benchkit import UsageError
from benchkit.training.flat import drop_gradients, flatten_parameters


def network() -> nn.Sequential:
    """Return a small network with a channels-last kernel and a frozen layer."""
    parts = nn.Sequential(nn.Conv2d(2, 3, 3), nn.Flatten(), nn.Linear(3, 4), nn.Linear(4, 1))
    parts[0].weight.data = parts[0].weight.data.contiguous(memory_format=torch.channels_last)
    parts[3].requires_grad_(False)
    return parts


def test_values_layout_and_outputs_survive() -> None:
    """Flattening changes no value, no memory layout and no output."""
    parts, inputs = network(), noise(5, 2, 3, 3)
    before, outputs = [p.detach().clone() for p in parts.parameters()], parts(inputs)
    flatten_parameters(parts)
    assert all(torch.equal(a, b) for a, b in zip(before, parts.parameters(), strict=True))
    assert parts[0].weight.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(parts(inputs), outputs)


def test_a_step_on_the_flat_parameter_moves_every_trainable_one() -> None:
    """Parameters and gradients are views of the flat ones; frozen parameters stay out."""
    parts = network()
    flat = flatten_parameters(parts)
    before = [p.detach().clone() for p in parts.parameters()]
    parts(noise(5, 2, 3, 3)).sum().backward()
    with torch.no_grad():
        flat -= flat.grad
    for old, new in zip(before, parts.parameters(), strict=True):
        expected = old - new.grad if new.requires_grad else old
        assert torch.equal(new, expected)
    assert flat.numel() == sum(p.numel() for p in parts[:3].parameters())


def test_gradients_can_be_dropped() -> None:
    """A fitted network holds no gradients."""
    parts = network()
    flatten_parameters(parts)
    drop_gradients(parts)
    assert all(p.grad is None for p in parts.parameters())


def test_a_module_without_parameters_is_refused() -> None:
    """A module with nothing to train is a wrong request that names it."""
    with pytest.raises(UsageError, match="got a ReLU"):
        flatten_parameters(nn.ReLU())
