"""Numbers as the data block holds them: whole numbers of few digits, which take the least room."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

THOUSAND = 1000


def scaled(values: NDArray[Any], by: int = THOUSAND) -> list[int]:
    """Return shares from 0 to 1 as whole numbers from 0 to ``by``."""
    return [int(each) for each in np.rint(np.asarray(values, np.float64) * by)]


def spread_out(values: NDArray[Any], low: float, high: float) -> list[int]:
    """Return numbers from ``low`` to ``high`` as whole numbers from 0 to 1,000."""
    reach = high - low
    return scaled((np.asarray(values, np.float64) - low) / reach) if reach > 0 else [0] * len(values)


def brief(value: float) -> float:
    """Return a number to five digits: what an axis or a caption shows."""
    return float(f"{value:.5g}")
