"""Parameters of one module, or of many, in one tensor."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from training_helpers import noise

from benchkit import UsageError
from benchkit.training.stack import BLOCK, Stack, form


def network(seed: int = 0) -> nn.Sequential:
    """Return a small network with a channels-last kernel and a frozen layer."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        parts = nn.Sequential(nn.Conv2d(2, 3, 3), nn.Flatten(), nn.Linear(3, 4), nn.Linear(4, 1))
    parts[0].weight.data = parts[0].weight.data.contiguous(memory_format=torch.channels_last)
    parts[3].requires_grad_(False)
    return parts


def test_values_layout_and_outputs_survive() -> None:
    """Stacking changes no value, no memory layout and no output of any module."""
    modules, inputs = [network(0), network(1)], noise(5, 2, 3, 3)
    before = [[p.detach().clone() for p in module.parameters()] for module in modules]
    outputs = [module(inputs) for module in modules]
    Stack(modules)
    for module, old, output in zip(modules, before, outputs, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(old, module.parameters(), strict=True))
        assert module[0].weight.is_contiguous(memory_format=torch.channels_last)
        assert torch.equal(module(inputs), output)


def test_a_step_on_the_flat_parameter_moves_every_trainable_one() -> None:
    """Parameters and gradients are views of the flat ones; frozen parameters stay out."""
    modules = [network(0), network(1)]
    flat = Stack(modules).flat
    before = [[p.detach().clone() for p in module.parameters()] for module in modules]
    for module in modules:
        module(noise(5, 2, 3, 3)).sum().backward()
    with torch.no_grad():
        flat -= flat.grad
    for module, olds in zip(modules, before, strict=True):
        for old, new in zip(olds, module.parameters(), strict=True):
            assert torch.equal(new, old - new.grad if new.requires_grad else old)
    count = 2 * sum(p.numel() for p in modules[0][:3].parameters())
    assert count <= flat.numel() < count + BLOCK
    assert not flat[count:].any()


def test_the_views_hold_the_modules_one_after_the_other() -> None:
    """By name, S×…: the first place is the first module's."""
    modules = [network(0), network(1), network(2)]
    stack = Stack(modules)
    assert set(stack.parameters) == {"0.weight", "0.bias", "2.weight", "2.bias"}
    for place, module in enumerate(modules):
        assert torch.equal(stack.parameters["2.weight"][place], module[2].weight)
        assert stack.gradients["0.bias"][place].data_ptr() == module[0].bias.grad.data_ptr()


def test_the_first_go_on_and_the_others_stay() -> None:
    """Those that leave keep their values whatever becomes of the rest; a line of all is cut to those that go on."""
    modules = [network(0), network(1), network(2)]
    stack = Stack(modules)
    left, line = modules[2][2].weight.detach().clone(), stack.flat.detach() + 1
    stack.leave(2)
    with torch.no_grad():
        stack.parameters["2.weight"][2].zero_()
    rest, cut = stack.first(2)
    torch.testing.assert_close(cut(stack.flat.data), rest.flat.data, rtol=0, atol=0)
    used = sum(view.numel() for view in rest.parameters.values())
    torch.testing.assert_close(cut(line)[:used], rest.flat.data[:used] + 1, rtol=0, atol=0)
    assert not cut(line)[used:].any()
    with torch.no_grad():
        rest.flat.zero_()
    assert torch.equal(modules[2][2].weight, left)
    assert modules[1][2].weight.abs().max() == 0


def test_a_released_module_carries_its_own_parameters_alone() -> None:
    """No gradients are left, and none holds the memory of the others."""
    modules = [network(0), network(1)]
    stack = Stack(modules)
    stack.release()
    for module in modules:
        assert all(p.grad is None for p in module.parameters())
        assert module[2].weight.untyped_storage().nbytes() == module[2].weight.numel() * 4


def test_a_module_without_parameters_is_refused() -> None:
    """A module with nothing to train is a wrong request that names it."""
    with pytest.raises(UsageError, match="got a ReLU"):
        Stack([nn.ReLU()])


def test_only_modules_that_are_built_alike_have_one_form() -> None:
    """Another width, another activation or another stride is another form; other weights are not."""
    assert form(network(0)) == form(network(1))
    forms = [
        form(nn.Sequential(*layers))
        for layers in (
            [nn.Conv2d(1, 1, 3), nn.ReLU()], [nn.Conv2d(1, 1, 3), nn.Tanh()], [nn.Conv2d(1, 2, 3), nn.ReLU()],
            [nn.Conv2d(1, 1, 3, stride=2), nn.ReLU()],
        )
    ]  # fmt: skip
    assert len(set(forms)) == 4
