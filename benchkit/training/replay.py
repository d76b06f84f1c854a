"""A training step as a CUDA graph: its hundred small kernels are launched by one call."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from benchkit.training.batch import Batch, Step

_WARM_UPS = 3  # as torch's notes on CUDA graphs ask for: what is made at first use must be there before the recording


def replayed(step: Step, changed: Sequence[Tensor]) -> Step:
    """Return a step that does the same by replaying a recording, made at the first call.

    Args:
        step: the whole step, the optimiser's included; waits for nothing and depends on nothing but its batch.
        changed: every tensor that a step changes; they are left as they were by the recording.
    """
    chosen: list[Step] = []

    def advance(batch: Batch) -> Tensor:
        if not chosen:
            chosen.append(_recorded(step, batch, changed))
        return chosen[0](batch)

    return advance


def _recorded(step: Step, batch: Batch, changed: Sequence[Tensor]) -> Step:
    """Return the recording, or the step itself where something in it cannot be recorded, such as a wait."""
    before = [tensor.detach().clone() for tensor in changed]
    try:
        return _record(step, batch)
    except RuntimeError:
        return step
    finally:
        with torch.no_grad():
            for tensor, value in zip(changed, before, strict=True):
                tensor.copy_(value)


def _record(step: Step, batch: Batch) -> Step:
    still = Batch(batch.rows.clone(), batch.targets.clone(), batch.weights.clone(), batch.counts)
    aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(_WARM_UPS):
            step(still)
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        losses = step(still)

    def replay(batch: Batch) -> Tensor:
        still.rows.copy_(batch.rows)
        still.targets.copy_(batch.targets)
        still.weights.copy_(batch.weights)
        graph.replay()
        return losses.clone()

    return replay
