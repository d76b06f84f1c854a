"""Gradients written out by hand, for one module and for many, against autograd."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional
from training_helpers import noise

from benchkit.training import build, dense
from benchkit.training.batch import Batch, Loss
from benchkit.training.dense_step import dense_layers, dense_step, is_dense
from benchkit.training.stack import Stack

ACTIVATIONS = st.lists(st.sampled_from(["tanh", "sigmoid", "relu", "linear"]), min_size=1, max_size=4)


def networks(activations: list[str], count: int) -> list[nn.Sequential]:
    """Return so many stacks of dense layers from 6 to 4 numbers, in float64."""
    widths = (6, *range(9, 9 + len(activations) - 1), 4)
    return [build(lambda: dense(widths, activations), seed=place, device="cpu").double() for place in range(count)]


def batch_of(counts: list[int], size: int, *, entropy: bool) -> Batch:
    """Return random rows in float64 of which so many count."""
    shape = (len(counts), size)
    number = torch.tensor(counts, dtype=torch.float64)[:, None]
    weights = (torch.arange(size) < number).double() / number
    targets = torch.arange(len(counts) * size).view(shape) % 4 if entropy else noise(*shape, 4, seed=1).double()
    return Batch(noise(*shape, 6).double(), targets, weights, tuple(counts))


def autograds(module: nn.Module, loss: Loss, inputs: Tensor, targets: Tensor) -> list[Tensor]:
    """Return the loss and the gradients as autograd has them."""
    value = loss(module(inputs), targets)
    return [value.detach(), *torch.autograd.grad(value, list(module.parameters()))]


@given(
    activations=ACTIVATIONS, size=st.integers(1, 6), entropy=st.booleans(),
    counts=st.lists(st.integers(1, 6), min_size=1, max_size=4),
)  # fmt: skip
def test_written_out_gradients_are_autograds(
    activations: list[str], size: int, entropy: bool, counts: list[int]
) -> None:
    """For every stack, loss, number of modules and of rows that count: loss and gradients to double precision."""
    counts = [min(count, size) for count in counts]
    loss = functional.cross_entropy if entropy else functional.mse_loss
    modules, batch = networks(activations, len(counts)), batch_of(counts, size, entropy=entropy)
    expected = [
        autograds(module, loss, batch.rows[place, :count], batch.targets[place, :count])
        for place, (module, count) in enumerate(zip(modules, counts, strict=True))
    ]
    step = dense_step(Stack(modules), loss)
    values = step(batch)
    for place, module in enumerate(modules):
        written = [values[place], *(parameter.grad for parameter in module.parameters())]
        for ours, theirs in zip(written, expected[place], strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def test_a_step_leaves_the_rows_and_starts_from_zero_gradients() -> None:
    """Two steps on the same batch leave the same gradients, and the batch as it was."""
    stack, batch = Stack(networks(["tanh", "sigmoid"], 2)), batch_of([5, 3], 5, entropy=False)
    before = batch.rows.clone()
    step = dense_step(stack, functional.mse_loss)
    step(batch)
    first = stack.flat.grad.clone()
    step(batch)
    assert torch.equal(stack.flat.grad, first)
    assert first.abs().max() > 0
    assert torch.equal(batch.rows, before)


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
    assert not is_dense(module)
    assert dense_step(Stack([module]), functional.mse_loss) is None


def test_frozen_layers_and_other_losses_are_left_to_autograd() -> None:
    """A stack with a frozen layer, or a loss that nobody wrote out, has no step here."""
    module = dense((3, 2, 3), ["tanh", "linear"])
    assert dense_step(Stack([module]), functional.l1_loss) is None
    module[0].requires_grad_(False)
    assert dense_step(Stack([module]), functional.mse_loss) is None
