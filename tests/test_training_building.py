"""Seeded building of networks."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from training_helpers import random_state_untouched

from benchkit import UsageError
from benchkit.training import build, dense, glorot


def weights(seed: int, device: str = "cpu") -> torch.Tensor:
    """Return the weights of a freshly built layer."""
    return build(lambda: nn.Linear(5, 4), seed=seed, device=device).weight


def test_one_seed_one_network() -> None:
    """The same seed builds the same weights, another seed others, whatever was drawn before."""
    first = weights(1)
    torch.rand(3)
    assert torch.equal(weights(1), first)
    assert not torch.equal(weights(2), first)


def test_the_global_random_state_is_left_as_found() -> None:
    """Building draws nothing from the global generators."""
    with random_state_untouched():
        weights(1)


def test_the_module_lands_on_the_device() -> None:
    """The module is moved where it is asked to be, the meta device standing in for an accelerator."""
    assert weights(1, "meta").device.type == "meta"


def test_weights_are_drawn_on_the_cpu_whatever_the_default_device() -> None:
    """A caller's default device does not change where the weights are drawn."""
    expected = weights(1)
    with torch.device("meta"):
        assert torch.equal(weights(1), expected)


def test_glorot_draws_within_its_bound_and_zeroes_biases() -> None:
    """Weights are uniform within sqrt(6 / (fan in + fan out)), biases zero, convolutions included."""
    network = build(
        lambda: glorot(nn.Sequential(nn.Linear(300, 200), nn.Conv2d(4, 8, 3), nn.Conv2d(1, 1, 1, bias=False))),
        seed=0,
        device="cpu",
    )
    layer, convolution = network[0], network[1]
    for part, fans in ((layer, 500), (convolution, 9 * 12)):
        bound = math.sqrt(6 / fans)
        assert 0.9 * bound < part.weight.abs().max() <= bound
        assert part.bias.abs().max() == 0


def test_dense_stacks_layers_and_activations() -> None:
    """A dense network has the published layers in their order; linear adds nothing."""
    network = dense((6, 4, 3, 2, 5), ("tanh", "sigmoid", "relu", "linear"))
    kinds = [type(part).__name__ for part in network]
    assert kinds == ["Linear", "Tanh", "Linear", "Sigmoid", "Linear", "ReLU", "Linear"]
    assert network(torch.zeros(7, 6)).shape == (7, 5)


@pytest.mark.parametrize(
    ("widths", "activations"), [((4, 2), ("swish",)), ((4, 2), ()), ((4,), ()), ((4, 0, 4), ("tanh", "tanh"))]
)
def test_impossible_stacks_are_refused(widths: tuple[int, ...], activations: tuple[str, ...]) -> None:
    """Unknown activations, lengths that do not fit and empty layers are a wrong request that lists what is known."""
    with pytest.raises(UsageError, match="tanh, sigmoid, relu, linear"):
        dense(widths, activations)
