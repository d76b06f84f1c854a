"""Steps as CUDA graphs. Where there is no CUDA, only how a chunk is cut can be tried."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from training_helpers import noise

from benchkit.training import build, dense
from benchkit.training.batch import Batch, Chunk, Step, one_by_one
from benchkit.training.optimisers import Adam
from benchkit.training.replay import UNROLLED, _parts, _record, replayed
from benchkit.training.stack import Stack
from benchkit.training.steps import make_step

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
each_kind = pytest.mark.parametrize("kind", ["dense", "convolution"])
COUNT, SIZE = 3, 8


def chunk_of(kind: str, steps: int, device: str = "cuda") -> Chunk:
    """Return batches of full size, each of other rows."""
    rows = noise(COUNT, steps, SIZE, *((36,) if kind == "dense" else (1, 6, 6))).to(device)
    weights = torch.full((COUNT, steps, SIZE), 1 / SIZE, device=device)
    return Chunk(rows, rows, weights, ((SIZE,) * steps,) * COUNT)


def network(kind: str) -> nn.Module:
    """Return a network that a built-in detector might have."""
    if kind == "dense":
        return dense((36, 5, 36), ["tanh", "sigmoid"])
    return nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(3, 1, 3, padding=1))


def start(kind: str) -> tuple[Stack, Adam, Step]:
    """Return a stack of networks on the device, its optimiser, and the whole step."""
    stack = Stack([build(lambda: network(kind), seed=seed, device="cuda") for seed in range(COUNT)])
    gradients, optimiser = make_step(stack, functional.mse_loss, stacked=True), Adam(stack.flat, 0.01)

    def step(batch: Batch) -> Tensor:
        losses = gradients(batch)
        optimiser.step()
        return losses

    return stack, optimiser, step


@pytest.mark.parametrize(
    ("steps", "sizes"), [(1, [1]), (UNROLLED, [UNROLLED]), (2 * UNROLLED + 2, [UNROLLED, UNROLLED, 1, 1])]
)
def test_a_chunk_is_cut_into_two_sizes(steps: int, sizes: list[int]) -> None:
    """Two recordings do for any number of steps, and every step is in its place."""
    chunk = chunk_of("dense", steps, "cpu")
    parts = _parts(chunk)
    assert [len(part) for part in parts] == sizes
    assert torch.equal(torch.cat([part.rows for part in parts], 1), chunk.rows)


@needs_cuda
@each_kind
def test_a_replay_does_what_the_steps_do(kind: str) -> None:
    """Replayed steps leave the weights, and tell the losses, of steps that are called one by one."""
    chunk = chunk_of(kind, UNROLLED + 3)
    (stack, optimiser, step), (other, _, plain) = start(kind), start(kind)
    advance = replayed(step, [stack.flat, *optimiser.state()])
    for _ in range(2):
        found, expected = advance(chunk), one_by_one(plain)(chunk)
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(stack.flat, other.flat, rtol=1e-3, atol=1e-5)
    assert float(optimiser.state()[-1]) == 2 * len(chunk)


@needs_cuda
@each_kind
def test_the_steps_of_a_fit_are_recorded(kind: str) -> None:
    """The built-in kinds of network can be recorded: none falls back to calls one by one."""
    _, _, step = start(kind)
    _record(step, chunk_of(kind, 2))


@needs_cuda
def test_a_recording_leaves_everything_as_it_was() -> None:
    """The steps that warm a recording up are undone: after the first call, one step has been made."""
    chunk = chunk_of("dense", 1)
    (stack, optimiser, step), (other, _, plain) = start("dense"), start("dense")
    replayed(step, [stack.flat, *optimiser.state()])(chunk)
    plain(chunk.batch(0))
    torch.testing.assert_close(stack.flat, other.flat, rtol=1e-5, atol=1e-7)
    assert float(optimiser.state()[-1]) == 1


@needs_cuda
def test_what_cannot_be_recorded_is_called() -> None:
    """A step that waits for the device is called as it is, each time, and the device goes on working."""
    calls: list[float] = []

    def waits(batch: Batch) -> Tensor:
        calls.append(batch.rows.sum().item())
        return batch.rows.sum((1, 2))

    chunk = chunk_of("dense", 2)
    found = replayed(waits, [])(chunk)
    torch.testing.assert_close(found, chunk.rows.sum((2, 3)).t())
    assert calls[-2:] == pytest.approx([float(chunk.rows[:, step].sum()) for step in range(2)])
    assert torch.ones(3, device="cuda").sum().item() == 3
