"""Steps as CUDA graphs. Where there is no CUDA, only what comes before a recording can be tried."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from training_helpers import noise

from benchkit.training import build, dense
from benchkit.training.batch import Batch
from benchkit.training.loop import _whole_step
from benchkit.training.optimisers import Adam
from benchkit.training.replay import _record, replayed
from benchkit.training.stack import Stack

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
pytestmark = needs_cuda
COUNT, SIZE = 3, 8


def modules(kind: str) -> list[nn.Module]:
    """Return networks of a kind, on the device."""

    def network() -> nn.Module:
        if kind == "dense":
            return nn.Sequential(nn.Flatten(), *dense((36, 5, 36), ["tanh", "sigmoid"]))
        return nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(3, 1, 3, padding=1))

    return [build(network, seed=seed, device="cuda") for seed in range(COUNT)]


def batches(kind: str, count: int) -> list[Batch]:
    """Return batches of full size, each of other rows."""
    weights = torch.full((COUNT, SIZE), 1 / SIZE, device="cuda")
    rows = [noise(COUNT, SIZE, *((36,) if kind == "dense" else (1, 6, 6)), seed=seed).cuda() for seed in range(count)]
    return [Batch(each, each, weights, (SIZE,) * COUNT) for each in rows]


def start(kind: str) -> tuple[Stack, Adam]:
    """Return a stack and its optimiser."""
    plain = [dense((36, 5, 36), ["tanh", "sigmoid"]).cuda() for _ in range(COUNT)] if kind == "dense" else modules(kind)
    with torch.no_grad():
        for seed, module in enumerate(plain):
            for parameter in module.parameters():
                parameter.copy_(0.2 * noise(*parameter.shape, seed=seed) - 0.1)
    stack = Stack(plain)
    return stack, Adam(stack.flat, 0.01)


@pytest.mark.parametrize("kind", ["dense", "convolution"])
def test_a_replay_does_what_the_step_does(kind: str) -> None:
    """Replayed steps leave the weights, and tell the losses, of steps called one by one: to the last bit if dense."""
    ends, losses = [], []
    for recorded in (False, True):
        stack, optimiser = start(kind)
        step = _whole_step(stack, functional.mse_loss, optimiser, stacked=recorded)
        if not recorded:
            step = _eager(stack, optimiser)
        losses.append(torch.stack([step(batch) for batch in batches(kind, 12)]))
        ends.append(stack.flat.detach().clone())
    torch.testing.assert_close(losses[1], losses[0], rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(ends[1], ends[0], rtol=1e-3, atol=1e-5)


def _eager(stack: Stack, optimiser: Adam):  # type: ignore[no-untyped-def]
    from benchkit.training.steps import make_step

    gradients = make_step(stack, functional.mse_loss, stacked=True)

    def step(batch: Batch) -> Tensor:
        losses = gradients(batch)
        optimiser.step()
        return losses

    return step


@pytest.mark.parametrize("kind", ["dense", "convolution"])
def test_the_steps_of_a_fit_are_recorded(kind: str) -> None:
    """The built-in kinds of network can be recorded: none falls back to calls one by one."""
    stack, optimiser = start(kind)
    _record(_eager(stack, optimiser), batches(kind, 1)[0])


def test_a_recording_leaves_everything_as_it_was() -> None:
    """The steps that warm a recording up are undone: after the first call, one step has been made."""
    (batch,) = batches("dense", 1)
    (stack, optimiser), (other, same) = start("dense"), start("dense")
    replayed(_eager(stack, optimiser), [stack.flat, *optimiser.state()])(batch)
    _eager(other, same)(batch)
    torch.testing.assert_close(stack.flat, other.flat, rtol=1e-5, atol=1e-7)
    assert float(optimiser.state()[-1]) == 1


def test_what_cannot_be_recorded_is_called() -> None:
    """A step that waits for the device is called as it is, each time, and the device goes on working."""
    calls: list[float] = []

    def waits(batch: Batch) -> Tensor:
        calls.append(batch.rows.sum().item())
        return batch.rows.sum((1, 2))

    some = batches("dense", 2)
    step = replayed(waits, [])
    found = [step(batch) for batch in some]
    for each, batch in zip(found, some, strict=True):
        torch.testing.assert_close(each, batch.rows.sum((1, 2)))
    assert calls[-2:] == pytest.approx([float(batch.rows.sum()) for batch in some])
    assert torch.ones(3, device="cuda").sum().item() == 3
