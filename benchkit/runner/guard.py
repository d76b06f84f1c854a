"""Calls into plugins: their randomness, their output and their mistakes stay theirs."""

from __future__ import annotations

import contextlib
import random
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchkit.contract import Rows, Scorer
from benchkit.errors import ContractError, PluginError, Unsupported
from benchkit.measure.memory import lacked_memory
from benchkit.registry import Offer, printable, shortened
from benchkit.results import Status
from benchkit.runner import postmortem
from benchkit.runner.surroundings import surroundings_kept
from benchkit.training import as_rows

_ROWS_BETWEEN_SAMPLES = 61

SCORING_BATCH = 4096
"""Inputs scored at once; large enough to keep a processor busy, small enough for convolutions to fit."""

Verdict = tuple[Status, str]
"""How a cell ends, and why."""

PLUGIN_FAULTS = (Exception, SystemExit)
"""What a plugin may raise without ending the run; Ctrl-C is the user's and passes."""


@contextlib.contextmanager
def isolated(seed: int) -> Iterator[None]:
    """Seed the global random states for one call and put all that is global back; send prints to standard error.

    A plugin that draws from the global state is thereby repeatable, and changes nobody else's numbers.

    Raises:
        RuntimeError: instead of what is raised in the block and is neither an Exception nor SystemExit nor Ctrl-C,
            as by the panic of an extension module written in Rust.
    """
    try:
        with surroundings_kept(), contextlib.redirect_stdout(sys.stderr):
            torch.manual_seed(seed)
            random.seed(seed)
            np.random.seed(seed % 2**32)  # noqa: NPY002 - plugins of strangers still draw from it
            yield
    except PLUGIN_FAULTS:
        raise
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt from error  # a plain one: what a stranger's brings along would be opened by the run
    except BaseException as error:
        raise RuntimeError(f"{type(error).__name__}: {_said(error)}") from error


class SpoiledInputsError(ContractError):
    """A plugin wrote into what it was lent; it has to be made anew before anyone else goes on."""


@contextlib.contextmanager
def untouched(inputs: Tensor | Rows, offer: Offer[Any], method: str) -> Iterator[None]:
    """Raise SpoiledInputsError when ``inputs`` were changed in place inside the block, also if it raised.

    Torch counts its own in-place writes; writes through NumPy are caught by an exact sum over sampled rows. Rows are
    made for whoever takes them: there is nothing to spoil.
    """
    if not isinstance(inputs, Tensor):
        yield
        return
    before = state_of(inputs)
    try:
        yield
    finally:
        if state_of(inputs) != before:
            message = f"{method}: got its inputs changed in place; expected them untouched. Clone first."
            raise contract_error(offer, message, of=SpoiledInputsError)


def state_of(inputs: Tensor) -> tuple[int, int]:
    """Return what changes when somebody writes into a tensor: torch's count of writes, and a sum over some rows."""
    return inputs._version, _fingerprint(inputs)


def _fingerprint(inputs: Tensor) -> int:
    sample = inputs[::_ROWS_BETWEEN_SAMPLES].contiguous()
    if sample.dtype != torch.float32:
        return 0
    return int(sample.view(torch.int32).sum(dtype=torch.int64).item())


def contract_error(offer: Offer[Any], message: str, *, of: type[ContractError] = ContractError) -> ContractError:
    """Return a ContractError that names the plugin and its distribution."""
    return of(
        f"{type(offer.item).__name__} {offer.item.name!r}: {message}",
        plugin=offer.plugin,
        distribution=offer.distribution,
        version=offer.version,
    )


def scores_of(scorer: Scorer, inputs: Tensor | Rows, offer: Offer[Any]) -> Tensor:
    """Return the scores of all ``inputs`` as float64 on the CPU, scored in batches with gradients off.

    Raises:
        SpoiledInputsError: the scorer wrote into a batch.
        ContractError: as ``check_scores``.
    """
    parts = []
    with torch.no_grad():
        for batch in as_rows(inputs).chunks(SCORING_BATCH):
            with untouched(batch, offer, "scorer"):
                parts.append(check_scores(scorer(batch), batch, offer))
    return torch.cat(parts)


def check_scores(scores: object, inputs: Tensor, offer: Offer[Any]) -> Tensor:
    """Return the scores as float64 on the CPU when they are what a scorer must return.

    Raises:
        ContractError: wrong type, shape, dtype or device, or a score that is not finite.
    """
    n = inputs.shape[0]
    if not isinstance(scores, Tensor) or scores.shape != (n,) or not scores.is_floating_point():
        raise contract_error(
            offer, f"scorer: got {_described(scores)}; expected {n} floating point scores, shape ({n},)."
        )
    if scores.device != inputs.device:
        raise contract_error(offer, f"scorer: got scores on {scores.device}; expected them on {inputs.device}.")
    on_cpu = scores.detach().to(
        "cpu", torch.float64, copy=True
    )  # else a scorer's own buffer, which its next call fills
    bad = int((~torch.isfinite(on_cpu)).sum())
    if bad:
        raise contract_error(offer, f"scorer: got {bad} of {n} scores that are NaN or infinite; expected finite ones.")
    return on_cpu


def check_inputs(inputs: object, images: Tensor, view: str, offer: Offer[Any]) -> Tensor:
    """Return a view's result when it has one finite float row an image on the images' device.

    Raises:
        ContractError: it has not.
    """
    n = images.shape[0]
    good = isinstance(inputs, Tensor) and inputs.ndim >= 2 and inputs.shape[0] == n and inputs.is_floating_point()
    if not isinstance(inputs, Tensor) or not good:
        raise contract_error(offer, f"view {view!r}: got {_described(inputs)}; expected {n} floating point rows.")
    if inputs.device != images.device:
        raise contract_error(offer, f"view {view!r}: got inputs on {inputs.device}; expected {images.device}.")
    if not bool(torch.isfinite(inputs).all()):
        raise contract_error(offer, f"view {view!r}: got NaN or infinite activations; expected finite ones.")
    return inputs.detach()


def _described(value: object) -> str:
    return f"{tuple(value.shape)} {value.dtype}" if isinstance(value, Tensor) else type(value).__name__


def explain(error: BaseException, offer: Offer[Any], method: str) -> Verdict:
    """Turn what a plugin raised into a status and one paragraph."""
    if isinstance(error, Unsupported):
        return "skipped", printable(shortened(str(error.reason)))
    postmortem.look_at(error)
    if isinstance(error, PluginError) and error.plugin:
        return "failed", printable(shortened(str(error)))
    message = (
        f"{type(offer.item).__name__} {offer.item.name!r}: {method}: got {described(error)}. "
        "Repeat with `benchkit run --pdb` to look at it in the debugger."
    )
    status: Status = "oom" if lacked_memory(error) else "failed"
    origin = {"plugin": offer.plugin, "distribution": offer.distribution, "version": offer.version}
    return status, printable(str(PluginError(message, **origin)))


def described(error: BaseException) -> str:
    """Return what was raised and where, in one printable line: ``ValueError: too large (detector.py:12)``."""
    return printable(f"{type(error).__name__}: {_said(error)}{_place(error)}")


def _said(error: BaseException) -> str:
    try:
        return shortened(str(error))
    except Exception:  # a stranger's __str__ may do anything; its fault must not cost the other cells
        return "(its message cannot be shown)"


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
