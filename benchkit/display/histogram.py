"""Histograms of normal and anomalous scores over the same bins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

BINS = 60
_TAIL = 0.005
_LARGEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True)
class Histogram:
    """Two histograms over the same bins.

    Attributes:
        edges: float64, b + 1, increasing.
        normal: float64, b: share of the normals in each bin; what lies beyond an end is counted in the last bin there.
        anomaly: the same of the anomalies.
        beyond: share of all images that lie beyond an end.
    """

    edges: Numbers
    normal: Numbers
    anomaly: Numbers
    beyond: float


def histogram(
    normal: Numbers, anomaly: Numbers, *, limits: tuple[float | None, ...] = (), bins: int = BINS
) -> Histogram:
    """Return both histograms from where the first half per cent of either kind ends to where the last one begins.

    Args:
        normal: scores of normals, n ≥ 1.
        anomaly: scores of anomalies, m ≥ 1.
        limits: scores that have to be within, such as thresholds.
        bins: how many.
    """
    size = _size(np.concatenate([normal, anomaly, [limit for limit in limits if limit is not None]]))
    normal, anomaly = normal / size, anomaly / size  # neither overflows nor vanishes in what follows
    ends = [*np.quantile(normal, [_TAIL, 1 - _TAIL]), *np.quantile(anomaly, [_TAIL, 1 - _TAIL])]
    ends += [limit / size for limit in limits if limit is not None]
    low, high = float(min(ends)), float(max(ends))
    if not high - low > 1e-9 * max(abs(low), abs(high)):  # one score, but for rounding: a bin around it
        reach = abs(low) * 0.5 or 0.5
        low, high = low - reach, high + reach
    edges = np.linspace(low, high, bins + 1)
    counts = [np.histogram(np.clip(each, low, high), edges)[0] / len(each) for each in (normal, anomaly)]
    everything = np.concatenate([normal, anomaly])
    beyond = float(((everything < low) | (everything > high)).mean())
    with np.errstate(over="ignore"):
        edges = np.clip(edges * size, -_LARGEST, _LARGEST)
    return Histogram(edges, counts[0], counts[1], beyond)


def _size(scores: Numbers) -> float:
    """Return what to divide by, a power of two: 1 for scores of usual size, whose bits stay as they are."""
    largest = float(np.abs(scores).max())
    if largest == 0 or 1e-200 < largest < 1e200:
        return 1.0
    return 2.0 ** (1000 if largest > 1 else -1020)
