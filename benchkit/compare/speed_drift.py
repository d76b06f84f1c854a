"""Taking the machine's own drift out of two timings, as far as the reference explains it.

The reference is a control variate: where a detector's times rise and fall with the reference's within one timing, the
machine did it, and the difference of the reference between the two timings is taken out in the same proportion. The
proportion is the common slope of an analysis of covariance (Fisher 1932; Lavenberg and Welch 1981, Management Science
27, on control variates) on the logarithms. A detector that the drift does not reach has slope 0 and is left as it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchkit.compare.speed_repeats import Repeats, reference_stretches, same_reference, stretches

Floats = NDArray[np.float64]

_FINE = 30  # parts that the slope is read off: more than are tested, since it has to follow the drift


def without_drift(base: Repeats, head: Repeats) -> tuple[Floats, Floats]:
    """Return the stretches of both sides in seconds, brought to one speed of the machine where both timed a reference.

    Args:
        base: what is compared with.
        head: what is judged.
    """
    one, other = stretches(base), stretches(head)
    if not same_reference(base, head):
        return one, other
    first, second = np.log(reference_stretches(base)), np.log(reference_stretches(head))
    middle, share = np.concatenate((first, second)).mean(), slope(base, head)
    return one / np.exp(share * (first - middle)), other / np.exp(share * (second - middle))


def slope(base: Repeats, head: Repeats) -> float:
    """Return how much of the reference's drift, from 0 to 1, the times followed within the two timings."""
    sides = [(_centred(stretches(side, _FINE)), _centred(reference_stretches(side, _FINE))) for side in (base, head)]
    times, references = (np.concatenate(both) for both in zip(*sides, strict=True))
    spread = float(references @ references)
    return float(np.clip(references @ times / spread, 0.0, 1.0)) if spread > 0.0 else 0.0


def _centred(values: Floats) -> Floats:
    logs = np.log(values)
    centred: Floats = logs - logs.mean()
    return centred
