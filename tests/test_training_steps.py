"""Steps by autograd: of one module, and of many at once."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from training_helpers import noise

from benchkit.training import as_rows, dense
from benchkit.training.batch import Batch
from benchkit.training.course import Course
from benchkit.training.order import Order
from benchkit.training.stack import Stack
from benchkit.training.steps import can_be_stacked, is_small, is_tiny, make_step, single_step, stacked_step


def convolutions(count: int) -> list[nn.Sequential]:
    """Return so many small convolutional networks that end in one number a pixel."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layers = [(nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(3, 1, 1)) for _ in range(count)]
    return [nn.Sequential(*each) for each in layers]


def batch_of(counts: tuple[int, ...], size: int) -> Batch:
    """Return images of which so many count."""
    number = torch.tensor(counts)[:, None]
    rows = noise(len(counts), size, 1, 5, 5)
    return Batch(rows, rows, (torch.arange(size) < number).float() / number, counts)


def absolute(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the mean absolute error: a loss that nobody has written out."""
    return (outputs - targets).abs().mean()


def test_many_at_once_are_as_one_by_one() -> None:
    """Losses and gradients of the stacked step are those of each module's own, where rows fill up as well."""
    counts = (4, 2, 3)
    batch, together, alone = batch_of(counts, 4), convolutions(3), convolutions(3)
    values = stacked_step(Stack(together), absolute)(batch)
    for place, module in enumerate(alone):
        one = Batch(*(part[place : place + 1] for part in (batch.rows, batch.targets, batch.weights)), (counts[place],))
        value = single_step(Stack([module]), absolute)(one)
        torch.testing.assert_close(values[place], value[0])
        for ours, theirs in zip(together[place].parameters(), module.parameters(), strict=True):
            torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("stacked", [True, False])
def test_a_step_starts_from_zero_gradients(stacked: bool) -> None:
    """Two steps on the same batch leave the same gradients: nothing accumulates, by either way."""
    stack, batch = Stack(convolutions(1)), batch_of((4,), 4)
    step = make_step(stack, absolute, stacked=stacked)
    step(batch)
    first = stack.flat.grad.clone()
    step(batch)
    assert torch.equal(stack.flat.grad, first)
    assert first.abs().max() > 0


def test_frozen_layers_are_left_alone() -> None:
    """A stack with a frozen layer trains the others."""
    module = dense((3, 2, 3), ["tanh", "linear"])
    module[0].requires_grad_(False)
    rows = noise(1, 5, 3)
    make_step(Stack([module]), functional.mse_loss, stacked=False)(Batch(rows, rows, torch.full((1, 5), 0.2), (5,)))
    assert module[0].weight.grad is None
    assert module[2].weight.grad.abs().max() > 0


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(2, 1, 1)), True),
        (nn.Sequential(nn.Conv2d(1, 1, 1), nn.Dropout(0.5)), False),
        (nn.Sequential(nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1)), False),
    ],
)
def test_what_draws_at_random_or_counts_along_is_not_stacked(module: nn.Module, expected: bool) -> None:
    """Dropout and batch normalisation are told from what depends on its row alone, and trying changes nothing."""
    before = {name: value.clone() for name, value in module.state_dict().items()}
    course = Course(module, as_rows(noise(4, 1, 5, 5)), None, Order(4, 4, 2, seed=0, replacement=False))
    assert can_be_stacked(course, functional.mse_loss) is expected
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())


def test_only_small_dense_stacks_are_small() -> None:
    """The experiments' dense networks are trained on one thread; wide ones and convolutions are not."""
    assert is_small(dense((784, 32, 32, 10), ["relu", "relu", "linear"]), 32)
    assert is_small(dense((784, 100, 50, 100, 784), ["tanh"] * 4), 40)
    assert not is_small(dense((784, 500, 784), ["tanh", "sigmoid"]), 64)
    assert not is_small(nn.Sequential(nn.Conv2d(1, 1, 1)), 1)


def test_only_tiny_dense_stacks_are_tiny() -> None:
    """Classifier and model-state autoencoder go in one step on a processor, pixel autoencoders and convolutions not."""
    assert is_tiny(dense((784, 32, 32, 10), ["relu", "relu", "linear"]), 32)
    assert is_tiny(dense((32, 16, 8, 16, 32), ["tanh"] * 4), 64)
    assert not is_tiny(dense((784, 50, 784), ["tanh", "sigmoid"]), 64)
    assert not is_tiny(nn.Sequential(nn.Conv2d(1, 1, 1)), 1)


def test_a_stacked_step_does_without_torchs_compiler() -> None:
    """Training many in one step does not import what takes seconds of every process."""
    code = """
import sys, torch
from torch import nn
from torch.nn import functional
from benchkit.training.batch import Batch
from benchkit.training.stack import Stack
from benchkit.training.steps import stacked_step
rows = torch.rand(2, 3, 1, 4, 4)
stack = Stack([nn.Sequential(nn.Conv2d(1, 1, 3, padding=1)) for _ in range(2)])
stacked_step(stack, functional.mse_loss)(Batch(rows, rows, torch.full((2, 3), 1 / 3), (3, 3)))
print(float(stack.flat.grad.abs().max()) > 0, "torch._dynamo" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["True", "False"]
