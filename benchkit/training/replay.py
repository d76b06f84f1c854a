"""Training steps as CUDA graphs: the hundreds of small kernels of many steps are launched by one call."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from benchkit.training.batch import Advance, Chunk, Step, one_by_one

UNROLLED = 16
"""Steps of a recording: launching it costs about as much as one step of a small network does."""

_WARM_UPS = 3  # as torch's notes on CUDA graphs ask for: what is made at first use must be there before the recording


def replayed(step: Step, changed: Sequence[Tensor]) -> Advance:
    """Return what makes the steps of a chunk by replaying recordings, which are made when they are first needed.

    Args:
        step: the whole step, the optimiser's included; waits for nothing and depends on nothing but its batch.
        changed: every tensor that a step changes; they are left as they were by the recording.
    """
    recordings: dict[int, Advance] = {}

    def advance(chunk: Chunk) -> Tensor:
        losses: list[Tensor] = []
        for part in _parts(chunk):
            if len(part) not in recordings:
                recordings[len(part)] = _recorded(step, part, changed)
            losses.append(recordings[len(part)](part))
        return torch.cat(losses)

    return advance


def _parts(chunk: Chunk) -> list[Chunk]:
    """Cut a chunk into parts of ``UNROLLED`` steps, and what is left into single ones: two recordings do for all."""
    whole = len(chunk) - len(chunk) % UNROLLED
    ends = [*range(0, whole, UNROLLED), *range(whole, len(chunk) + 1)]
    return [chunk.part(start, stop) for start, stop in pairwise(ends)]


def _recorded(step: Step, chunk: Chunk, changed: Sequence[Tensor]) -> Advance:
    """Return the recording, or the steps one by one where something in them cannot be recorded, such as a wait."""
    before = [tensor.detach().clone() for tensor in changed]
    try:
        with torch.cuda.device(chunk.rows.device):
            return _record(step, chunk)
    except RuntimeError:
        return one_by_one(step)
    finally:
        with torch.no_grad():
            for tensor, value in zip(changed, before, strict=True):
                tensor.copy_(value)


def _record(step: Step, chunk: Chunk) -> Advance:
    rows, weights = chunk.rows.clone(), chunk.weights.clone()
    own_targets = chunk.targets is not chunk.rows
    still = Chunk(rows, chunk.targets.clone() if own_targets else rows, weights, chunk.counts)
    graph, advance = torch.cuda.CUDAGraph(), one_by_one(step)
    aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(_WARM_UPS):
            step(still.batch(0))
        torch.cuda.synchronize()
        # Not torch.cuda.graph, which gives all cached memory back before: that took longer than the recording.
        graph.capture_begin()
        try:
            losses = advance(still)
        finally:
            graph.capture_end()
    torch.cuda.current_stream().wait_stream(aside)

    def replay(chunk: Chunk) -> Tensor:
        rows.copy_(chunk.rows)
        weights.copy_(chunk.weights)
        if own_targets:
            still.targets.copy_(chunk.targets)
        graph.replay()
        return losses.clone()

    return replay
