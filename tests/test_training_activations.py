"""Activations that are written over what they are given."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from training_helpers import noise

from benchkit.training.activations import APPLY, tanh_

MANY = torch.cat([torch.linspace(-20, 20, 50_001), torch.linspace(-1e-3, 1e-3, 1001)])


@pytest.mark.parametrize("count", [100, len(MANY)])
def test_tanh_is_torchs_within_rounding(count: int) -> None:
    """Of few numbers and of many, tanh is within 2e-7 of the true one, from -1 to 1."""
    values = MANY[:: len(MANY) // count].clone()
    expected = values.double().tanh()
    written = tanh_(values)
    assert written.data_ptr() == values.data_ptr()
    assert (written.double() - expected).abs().max() <= 2e-7
    assert written.abs().max() <= 1


def test_tanh_knows_the_ends() -> None:
    """Infinities come out as ±1, and what is not a number stays so, also among many."""
    ends = torch.tensor([torch.inf, -torch.inf, torch.nan, 1e30, -1e30])
    for values in (ends.clone(), ends.repeat(4000)):
        assert torch.equal(tanh_(values)[:2], torch.tensor([1.0, -1.0]))
        assert values[2].isnan()
        assert torch.equal(values[3:5], torch.tensor([1.0, -1.0]))


@pytest.mark.parametrize("layer", APPLY, ids=lambda layer: layer.__name__)
def test_each_is_its_layer(layer: type[nn.Module]) -> None:
    """Every activation returns what torch's layer does, in the memory that it was given."""
    values = noise(200, 100) * 6 - 3
    expected = layer()(values.clone())
    written = APPLY[layer](values)
    assert written is values
    torch.testing.assert_close(written, expected, rtol=1e-5, atol=2e-7)
