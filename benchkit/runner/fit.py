"""What was fitted for a task, alone or with others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from benchkit.contract import Rows


@dataclass(frozen=True)
class Fit:
    """One fit.

    Attributes:
        value: a scorer, or a view's mapping of name to function.
        seconds: what it took; its share where several were fitted in one call.
        together: how many were fitted in that call.
        inputs: how the training inputs were lent, see ``how_lent``.
        peak_mb: peak memory of the call, as ``PeakMemory`` measures it; None where that can't be told, and for a fit
            within a group, which measures its own.
    """

    value: Any
    seconds: float
    together: int = 1
    inputs: str = ""
    peak_mb: float | None = None


def how_lent(inputs: Tensor | Rows) -> str:
    """Return the column ``fit_inputs``: ``resident`` as a tensor on the device, ``streamed`` some at a time."""
    return "resident" if isinstance(inputs, Tensor) else "streamed"
