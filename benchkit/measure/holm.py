"""Many tests at once: Holm's correction."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Return p-values adjusted for their number, so that one below 0.05 is wrong in 5 % of families at most.

    Holm 1979, Scandinavian Journal of Statistics 6: the smallest of m is multiplied by m, the next by m - 1, and so
    on, never falling below the one before. It holds whatever the tests have to do with each other.

    Args:
        p_values: m values from 0 to 1.

    Returns:
        m float64 values from 0 to 1, in the order of ``p_values``.
    """
    values = np.asarray(p_values, np.float64)
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(values.size, 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
