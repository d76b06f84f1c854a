"""The optimisers by name."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from training_helpers import noise

from benchkit import UsageError
from benchkit.training import OPTIMISERS
from benchkit.training.optimisers import make_optimiser
from benchkit.training.stack import Stack

TORCHS = {
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=0.25),
    "adagrad": lambda parameters: torch.optim.Adagrad(parameters, lr=0.25),
    "rmsprop": lambda parameters: torch.optim.RMSprop(parameters, lr=0.25, alpha=0.9),
    "adadelta": lambda parameters: torch.optim.Adadelta(parameters, lr=0.25, rho=0.95),
}


def parameter(size: int = 5) -> nn.Parameter:
    """Return a parameter of which every number is another."""
    return nn.Parameter(noise(size))


@pytest.mark.parametrize("name", OPTIMISERS)
def test_each_name_moves_as_torchs_optimiser(name: str) -> None:
    """A name stands for torch's optimiser of that name, with the learning rate given, over several steps."""
    ours, theirs = parameter(), parameter()
    optimiser, reference = make_optimiser(name, 0.25, ours), TORCHS[name]([theirs])
    for step in range(4):
        ours.grad = theirs.grad = noise(5, seed=step + 1) - 0.5
        optimiser.step()
        reference.step()
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_part_goes_on_as_the_whole_would(name: str) -> None:
    """Cut to the first of two modules, its parameters move as those that were never cut."""
    whole = Stack([nn.Linear(2, 1), nn.Linear(2, 1)])
    optimiser = make_optimiser(name, 0.25, whole.flat)
    gradient = noise(whole.flat.numel(), seed=1) - 0.5
    whole.flat.grad.copy_(gradient)
    optimiser.step()
    reference = whole.flat.detach().clone()
    part, cut = whole.first(1)
    rest = optimiser.cut(part.flat, cut)
    part.flat.grad.copy_(cut(gradient))
    rest.step()
    with torch.no_grad():
        whole.flat.copy_(reference)
    optimiser.step()
    torch.testing.assert_close(part.flat.detach(), cut(whole.flat.detach()))


def test_what_a_step_changes_is_told() -> None:
    """With its state put back, the same step moves the parameter to the same place."""
    ours = parameter()
    optimiser = make_optimiser("adam", 0.25, ours)
    ours.grad = noise(5, seed=1)
    optimiser.step()
    changed = [ours.data, *optimiser.state()]
    before = [tensor.clone() for tensor in changed]
    optimiser.step()
    after = ours.detach().clone()
    for tensor, value in zip(changed, before, strict=True):
        tensor.copy_(value)
    optimiser.step()
    assert torch.equal(ours, after)


def test_an_unknown_name_lists_the_known() -> None:
    """A misspelt optimiser is a wrong request with a near match."""
    with pytest.raises(UsageError, match="Did you mean 'adam'"):
        make_optimiser("adamm", 0.1, nn.Parameter(torch.zeros(3)))
