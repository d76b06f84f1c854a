"""Gradients written out by hand against autograd."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional
from training_helpers import noise

from benchkit.training import build, dense
from benchkit.training.flat import flatten_parameters
from benchkit.training.steps import Loss, autograd_step, dense_layers, is_small, make_step

ACTIVATIONS = st.lists(st.sampled_from(["tanh", "sigmoid", "relu", "linear"]), min_size=1, max_size=4)


def gradients(activations: list[str], loss: Loss, inputs: Tensor, targets: Tensor, *, auto: bool) -> list[Tensor]:
    """Return the loss and the gradients of one step in float64."""
    widths = (6, *range(9, 9 + len(activations) - 1), 4)
    module = build(lambda: dense(widths, activations), seed=3, device="cpu").double()
    flat = flatten_parameters(module)
    step = (autograd_step if auto else make_step)(module, loss, flat)
    value = step(inputs, targets)
    return [value, *(parameter.grad for parameter in module.parameters())]


@given(activations=ACTIVATIONS, n=st.integers(1, 7), entropy=st.booleans())
def test_written_out_gradients_are_autograds(activations: list[str], n: int, entropy: bool) -> None:
    """For every stack of layers and both losses, loss and gradients agree with autograd to double precision."""
    inputs = noise(n, 6, seed=n).double()
    loss = functional.cross_entropy if entropy else functional.mse_loss
    targets = torch.arange(n) % 4 if entropy else noise(n, 4, seed=n + 1).double()
    written = gradients(activations, loss, inputs, targets, auto=False)
    expected = gradients(activations, loss, inputs, targets, auto=True)
    for ours, theirs in zip(written, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-11, atol=1e-13)


def test_a_step_starts_from_zero_gradients() -> None:
    """Two steps on the same batch leave the same gradients: nothing accumulates, by either way."""
    for module in (dense((3, 2), ["tanh"]), nn.Sequential(nn.Linear(3, 2), nn.Softplus())):
        flat = flatten_parameters(module)
        step = make_step(module, functional.mse_loss, flat)
        step(noise(5, 3), noise(5, 2))
        first = flat.grad.clone()
        step(noise(5, 3), noise(5, 2))
        assert torch.equal(flat.grad, first)
        assert first.abs().max() > 0


@pytest.mark.parametrize(
    "module",
    [
        nn.Linear(3, 3),
        nn.Sequential(nn.Tanh(), nn.Linear(3, 3)),
        nn.Sequential(nn.Linear(3, 3, bias=False)),
        nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Tanh()),
        nn.Sequential(nn.Linear(3, 3), nn.Dropout()),
    ],
)
def test_anything_but_a_dense_stack_is_left_to_autograd(module: nn.Module) -> None:
    """A module that the written-out step does not know is not taken for one that it knows."""
    assert dense_layers(module) == []


def test_frozen_layers_are_left_to_autograd() -> None:
    """A stack with a frozen layer trains the others and leaves the frozen one alone."""
    module = dense((3, 2, 3), ["tanh", "linear"])
    module[0].requires_grad_(False)
    make_step(module, functional.mse_loss, flatten_parameters(module))(noise(5, 3), noise(5, 3))
    assert module[0].weight.grad is None
    assert module[2].weight.grad.abs().max() > 0


def test_only_small_dense_stacks_are_small() -> None:
    """The experiments' dense networks are trained on one thread, wide ones and convolutions are not."""
    assert is_small(dense((784, 32, 32, 10), ["relu", "relu", "linear"]), 32)
    assert is_small(dense((784, 100, 50, 100, 784), ["tanh"] * 4), 40)
    assert not is_small(dense((784, 500, 784), ["tanh", "sigmoid"]), 64)
    assert not is_small(nn.Sequential(nn.Conv2d(1, 1, 1)), 1)
