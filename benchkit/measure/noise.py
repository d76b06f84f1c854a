"""How sure a median of timed batches is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

STRETCHES = 10
"""Parts that the batches are cut into, in order of time."""

_TAIL = 0.025


def relative_noise(seconds: Sequence[float]) -> float:
    """Return the half width of the median's 95 % interval, as a share of the median; lower is better.

    Neighbouring batches resemble each other, since a machine is fast or slow for a while; taken as independent, a
    thousand of them would make any timing sure. So they are cut, in order of time, into ``STRETCHES`` of equal number
    (fewer batches: one each), and the interval is that of the median of the stretches' medians by their order alone
    (Conover 1999, Practical Nonparametric Statistics, 3.2): the second and the ninth of ten, the first and the last of
    six to eight. Of fewer than six batches it is first to last too, and holds less than 95 %.

    Args:
        seconds: of each batch, at least one, all positive, in order of time.
    """
    every = np.asarray(seconds, dtype=np.float64)
    parts = np.array_split(every, min(STRETCHES, every.size))
    medians = np.sort([np.median(part) for part in parts])
    outside = _outside(medians.size)
    return float((medians[-1 - outside] - medians[outside]) / 2 / np.median(every))


def _outside(count: int) -> int:
    """Return how many of ``count`` numbers may lie outside at each end: P(at most so many below the median) ≤ 2.5 %."""
    ways, below, outside = 1.0, 0.0, -1
    while (below + ways) / 2.0**count <= _TAIL:
        below, outside = below + ways, outside + 1
        ways *= (count - outside) / (outside + 1)
    return max(outside, 0)
