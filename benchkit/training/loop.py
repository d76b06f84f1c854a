"""The training loop: data resident on the device, one shuffle and one gather an epoch, no host synchronisation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import torch
from torch import Tensor, nn

from benchkit.errors import DataError, UsageError
from benchkit.training.flat import drop_gradients, flatten_parameters
from benchkit.training.optimisers import make_optimiser
from benchkit.training.steps import Loss, Step, is_small, make_step
from benchkit.training.threads import one_thread


def train(
    module: nn.Module,
    loss: Loss,
    inputs: Tensor,
    *,
    targets: Tensor | None = None,
    batch_size: int,
    images: int,
    seed: int,
    learning_rate: float = 1e-3,
    optimiser: str = "adam",
    replacement: bool = False,
) -> list[float]:
    """Train ``module`` in place until ``images`` rows have been seen; return the mean loss of each epoch.

    Args:
        module: on the inputs' device; maps n×… inputs to what ``loss`` takes first.
        loss: outputs and targets in, mean over the batch out, such as ``torch.nn.functional.mse_loss``.
        inputs: N×…, on the device; left as they are.
        targets: N×…; None: the inputs themselves, as for an autoencoder.
        batch_size: rows in a step; the last step of an epoch takes what is left.
        images: rows to be seen, counted with repetition (see ``Budget``). An epoch is N of them; the last may be
            shorter.
        seed: the only source of randomness: the order in which rows are seen.
        learning_rate: the optimiser's step size.
        optimiser: ``adam``, ``adagrad``, ``rmsprop`` or ``adadelta``.
        replacement: draw rows with replacement instead of shuffling them.

    Raises:
        DataError: there are no inputs, or not as many targets as inputs.
        UsageError: ``batch_size`` or ``images`` is below 1, or the optimiser is unknown.
    """
    _check(inputs, targets, batch_size, images)
    flat = flatten_parameters(module)
    update = make_optimiser(optimiser, flat, learning_rate)
    step = make_step(module.train(), loss, flat)
    source = _Source(inputs, targets, seed=seed, replacement=replacement)
    with one_thread() if is_small(module, batch_size) else nullcontext():
        losses = [_epoch(step, update, rows, wanted, batch_size) for rows, wanted in source.epochs(images)]
    drop_gradients(module.eval())
    return [float(value) for value in torch.stack(losses).tolist()]


def _epoch(step: Step, update: torch.optim.Optimizer, rows: Tensor, wanted: Tensor, batch_size: int) -> Tensor:
    total = rows.new_zeros(())
    for batch, target in zip(torch.split(rows, batch_size), torch.split(wanted, batch_size), strict=True):
        total += step(batch, target) * len(batch)
        update.step()
    return total / len(rows)


class _Source:
    """Draws the rows of one epoch after the other into a buffer that is used again."""

    def __init__(self, inputs: Tensor, targets: Tensor | None, *, seed: int, replacement: bool) -> None:
        self._inputs, self._targets, self._replacement = inputs, targets, replacement
        # On the CPU, so that the order is the same on every device.
        self._generator = torch.Generator().manual_seed(seed)

    def epochs(self, images: int) -> Iterator[tuple[Tensor, Tensor]]:
        n = len(self._inputs)
        buffer = torch.empty_like(self._inputs[: min(n, images)])
        for start in range(0, images, n):
            index = self._draw(n)[: images - start].to(self._inputs.device)
            rows = buffer[: len(index)]
            torch.index_select(self._inputs, 0, index, out=rows)
            yield rows, rows if self._targets is None else self._targets[index]

    def _draw(self, n: int) -> Tensor:
        if self._replacement:
            return torch.randint(n, (n,), generator=self._generator)
        return torch.randperm(n, generator=self._generator)


def _check(inputs: Tensor, targets: Tensor | None, batch_size: int, images: int) -> None:
    if len(inputs) == 0 or (targets is not None and len(targets) != len(inputs)):
        raise DataError(
            f"training: got {len(inputs)} inputs and {len(inputs if targets is None else targets)} targets; expected "
            "at least one input and a target for each. Check which classes are normal in this run."
        )
    if batch_size < 1 or images < 1:
        raise UsageError(
            f"training: got batch_size={batch_size} and images={images}; expected both to be at least 1. "
            "Correct the detector's or view's settings."
        )
