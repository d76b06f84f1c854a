"""Running a function batch by batch."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from training_helpers import noise

from benchkit.training import batched, build, dense, infer


@given(n=st.integers(0, 40), batch_size=st.integers(1, 50))
def test_batches_make_the_whole(n: int, batch_size: int) -> None:
    """Whatever the batch size, the rows come out as from one call, none lost and in order."""
    inputs = torch.arange(n * 2.0).reshape(n, 2)
    assert torch.equal(batched(lambda rows: rows.sum(1), inputs, batch_size), inputs.sum(1))


def test_no_batch_is_larger_than_asked() -> None:
    """The batch size bounds what the function sees at once."""
    seen: list[int] = []
    batched(lambda rows: (seen.append(len(rows)), rows)[1], torch.zeros(10, 1), 4)
    assert seen == [4, 4, 2]


def test_gradients_are_off() -> None:
    """Inference keeps no graph."""
    assert not batched(nn.Linear(2, 1), torch.zeros(3, 2)).requires_grad


@pytest.mark.parametrize(("numbers", "threads", "largest"), [(784, 1, 334), (784, 2, 668), (1, 1, 4096), (10**6, 1, 1)])
def test_a_batch_fits_the_caches(monkeypatch: pytest.MonkeyPatch, numbers: int, threads: int, largest: int) -> None:
    """On a processor as many rows are taken as its threads' caches hold: at least one, and at most 4,096."""
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    seen: list[int] = []
    inputs = torch.zeros(1, 1).expand(5000 if numbers < 10**6 else 3, numbers)
    batched(lambda rows: (seen.append(len(rows)), rows[:, 0])[1], inputs)
    assert max(seen) == largest


@pytest.mark.parametrize("activations", [["tanh", "tanh"], ["relu", "sigmoid"], ["sigmoid", "linear"]])
@pytest.mark.parametrize("n", [0, 1, 300])
def test_inference_is_the_network(activations: list[str], n: int) -> None:
    """A stack of dense layers returns what it does as a module, without a graph, and leaves its inputs alone."""
    network = build(lambda: dense((50, 20, 50), activations), seed=0, device="cpu")
    inputs = noise(n, 50)
    before = inputs.clone()
    outputs = infer(network, inputs)
    assert not outputs.requires_grad
    assert torch.equal(inputs, before)
    torch.testing.assert_close(outputs, network(inputs).detach(), rtol=1e-5, atol=1e-6)


def test_any_other_network_is_called() -> None:
    """Networks of other layers, and inputs that are not vectors, are left to torch."""
    convolution, layer = nn.Conv2d(1, 2, 3), nn.Sequential(nn.Linear(4, 3), nn.Tanh())
    images = noise(2, 1, 4, 4)
    assert torch.equal(infer(convolution, images), convolution(images))
    assert torch.equal(infer(layer, images), layer(images))
    assert not infer(layer, images).requires_grad
