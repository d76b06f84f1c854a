"""Times that a test of speeds is made of."""

from __future__ import annotations

import numpy as np


def noisy(seed: int, *, factor: float = 1.0, spread: float = 0.02, count: int = 200) -> tuple[float, ...]:
    """Return times around 10 ms × ``factor``."""
    return tuple((0.01 * factor * np.exp(np.random.default_rng(seed).normal(0, spread, count))).tolist())
