"""The optimisers by name."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from benchkit import UsageError
from benchkit.training import OPTIMISERS
from benchkit.training.optimisers import make_optimiser


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("adam", torch.optim.Adam),
        ("adagrad", torch.optim.Adagrad),
        ("rmsprop", torch.optim.RMSprop),
        ("adadelta", torch.optim.Adadelta),
    ],
)
def test_each_name_makes_its_optimiser(name: str, kind: type[torch.optim.Optimizer]) -> None:
    """A name stands for torch's optimiser of that name, with the learning rate given."""
    optimiser = make_optimiser(name, nn.Parameter(torch.zeros(3)), 0.25)
    assert type(optimiser) is kind
    assert optimiser.param_groups[0]["lr"] == 0.25
    assert name in OPTIMISERS


def test_an_unknown_name_lists_the_known() -> None:
    """A misspelt optimiser is a wrong request with a near match."""
    with pytest.raises(UsageError, match="Did you mean 'adam'"):
        make_optimiser("adamm", nn.Parameter(torch.zeros(3)), 0.1)
