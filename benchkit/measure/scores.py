"""What every metric asks of its input: finite scores, one number an image, and a share between 0 and 1."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchkit.errors import DataError, UsageError

Scores: TypeAlias = NDArray[np.float64]
"""One score an image, higher = more anomalous."""


def as_scores(values: ArrayLike, *, where: str) -> Scores:
    """Return ``values`` as scores; the same array when it is one already, never changed.

    Args:
        values: N real numbers; float32 and integers are widened, so no order is lost.
        where: whose scores they are, for the message, such as ``normal``.

    Raises:
        DataError: they are not one-dimensional, none at all, not real numbers or not finite.
    """
    array = np.asarray(values)
    problem = _problem(array)
    if problem:
        raise DataError(
            f"{where} scores: got {problem}; expected a one-dimensional array of at least one finite real number. "
            "Mend the scorer that returned them."
        )
    return np.asarray(array, dtype=np.float64)


def _problem(array: NDArray[np.generic]) -> str:
    """Say what is wrong with ``array``, or nothing."""
    if array.ndim != 1 or array.size == 0:
        return f"an array of shape {array.shape}"
    if array.dtype.kind not in "fiub":
        return f"values of type {array.dtype}"
    bad = int(array.size - np.count_nonzero(np.isfinite(array)))
    return f"{bad} of {array.size} values that are NaN or infinite" if bad else ""


def check_prevalence(prevalence: float) -> float:
    """Return ``prevalence``, the share of anomalies that a metric is weighted to.

    Raises:
        UsageError: it does not lie strictly between 0 and 1.
    """
    if not 0.0 < prevalence < 1.0:
        raise UsageError(
            f"prevalence: got {prevalence}; expected a share of anomalies strictly between 0 and 1, such as 0.5."
        )
    return float(prevalence)
