"""What a plugin's call leaves behind: whether what it was lent, the random states and the process are as they were."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchkit.runner.guard import PLUGIN_FAULTS, isolated
from benchkit.runner.surroundings import SETTINGS

GLOBAL_SEED = 20_231
"""Of the global random states: none that a plugin is given, which may seed them with that and would not be seen."""


@dataclass(frozen=True)
class Witnessed:
    """One call, and what it left behind.

    Attributes:
        value: what it returned; None if it raised.
        error: what it raised, if anything.
        written: which of the tensors that it was lent it wrote into.
        drawn: whose global random state it moved: ``torch's``, ``NumPy's``, …
        changed: for each setting of the process that it changed, what that was and what it is.
    """

    value: Any
    error: BaseException | None
    written: tuple[str, ...]
    drawn: tuple[str, ...]
    changed: Mapping[str, tuple[object, object]]

    def result(self) -> Any:
        """Return what the call returned, or raise what it raised."""
        if self.error is not None:
            raise self.error
        return self.value


def witnessed(call: Callable[[], object], lent: Mapping[str, Tensor]) -> Witnessed:
    """Call a plugin as the runner does, the global random states seeded, and put everything global back.

    Args:
        call: the call; whatever it raises is kept.
        lent: the tensors that it may read and must not write into, by what they are called in a sentence.
    """
    before = {name: (tensor._version, tensor.detach().clone()) for name, tensor in lent.items()}
    value, error = None, None
    with isolated(GLOBAL_SEED):
        states, settings = _random_states(), settings_now()
        try:
            value = call()
        except PLUGIN_FAULTS as fault:
            error = fault
        drawn = tuple(name for name, state in _random_states().items() if states.get(name, state) != state)
        now = settings_now()
    written = tuple(name for name, tensor in lent.items() if not _is_as_before(tensor, *before[name]))
    changed = {name: (found, now[name]) for name, found in settings.items() if now[name] != found}
    return Witnessed(value, error, written, drawn, changed)


def settings_now() -> dict[str, object]:
    """Return what the process is set to, by what the setting is called in a sentence."""
    return {name: read() for name, (read, _) in SETTINGS.items()}


def _random_states() -> dict[str, object]:
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002 - it is the global one
    states: dict[str, object] = {
        "Python's": random.getstate(),
        "NumPy's": (kind, np.asarray(keys).tobytes(), *rest),
        "torch's": torch.get_rng_state().numpy().tobytes(),
    }
    if torch.cuda.is_available():
        states["CUDA's"] = torch.cuda.get_rng_state().numpy().tobytes()
    return states


def _is_as_before(tensor: Tensor, version: int, values: Tensor) -> bool:
    """Compare the values as well: torch counts its own writes, not those through NumPy."""
    return tensor._version == version and torch.equal(tensor.detach(), values)
