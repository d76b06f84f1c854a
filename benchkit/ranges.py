"""What numbers the settings of plugin objects may be, as their classes state it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeAlias

Ranges: TypeAlias = Mapping[str, tuple[float, float]]
"""The smallest and the largest value of settings, by their names."""

AT_LEAST_ONE = (1.0, math.inf)
"""A range of settings: what counts something."""

ABOVE_ZERO = (math.ulp(0.0), math.inf)
"""A range of settings: what has to be positive. A share that is not 0 is ``(ABOVE_ZERO[0], 1.0)``."""


def ranges_of(kind: type) -> dict[str, tuple[float, float]]:
    """Return the ``setting_ranges`` of a class of plugin objects and of its parents; its own win."""
    stated = [vars(each).get("setting_ranges", {}) for each in reversed(kind.__mro__)]
    return {setting: limits for each in stated for setting, limits in each.items()}


def range_text(low: float, high: float) -> str:
    """Return a range of ``setting_ranges`` in words: ``from 0 to 1``, ``1 or more``, ``above 0``."""
    start = "above 0" if low == ABOVE_ZERO[0] else f"{low:g}"
    if high == math.inf:
        return start if low == ABOVE_ZERO[0] else f"{start} or more"
    return f"{start}, to {high:g}" if low == ABOVE_ZERO[0] else f"from {start} to {high:g}"


def first_outside(value: object, low: float, high: float) -> object | None:
    """Return the value, or the first element of a tuple, that is no number in the range; None is never outside."""
    values = value if isinstance(value, tuple) else (value,)
    outside = (each for each in values if not (isinstance(each, (int, float)) and low <= each <= high))
    return next(outside, None)
