"""How wall time grows with the size of the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


def growth(sizes: Sequence[float], seconds: Sequence[float]) -> Mapping[str, float]:
    """Return how ``seconds`` grow with ``sizes``, by least squares; three points or more.

    Returns:
        ``slope`` of log seconds by log size (1: twice the work, twice the time); of the straight line through the
        seconds themselves ``fixed``, its seconds at size 0, ``each``, its seconds a unit of size, and ``r2``, its share
        of the variance (1: they lie on it).
    """
    x, y = np.asarray(sizes, dtype=float), np.asarray(seconds, dtype=float)
    slope = float(np.polyfit(np.log(x), np.log(y), 1)[0])
    each, fixed = (float(value) for value in np.polyfit(x, y, 1))
    rest = float(np.square(y - (fixed + each * x)).sum())
    whole = float(np.square(y - y.mean()).sum())
    return {"slope": slope, "fixed": fixed, "each": each, "r2": 1 - rest / whole if whole > 0 else float("nan")}
