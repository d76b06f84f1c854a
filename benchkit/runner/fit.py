"""What was fitted for a task, alone or with others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fit:
    """One fit.

    Attributes:
        value: a scorer, or a view's mapping of name to function.
        seconds: what it took; its share where several were fitted in one call.
        together: how many were fitted in that call.
    """

    value: Any
    seconds: float
    together: int = 1
