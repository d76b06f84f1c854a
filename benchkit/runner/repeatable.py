"""Whether the same images got the same scores twice, but for rounding."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

ROUNDING = 64
"""Units in the last place by which the order of a sum may change a score: batches of another size sum in another."""

OF_SPREAD = 0.01
"""Share of the scores' spread below which no difference changes what a detector finds."""

MOST = 0.01
"""Share of the images that may differ by more: rounding alone can send a few to the other side of a boundary."""


def differ(scores: Tensor, assessed: NDArray[np.float64], *, spread: float) -> bool:
    """Return whether scores differ from earlier ones of the same images by more than rounding explains.

    Args:
        scores: N, floating point, on any device.
        assessed: the earlier ones, N, float64.
        spread: standard deviation of all scores of normal images.
    """
    now = scores.detach().to("cpu", torch.float64).numpy()
    rounding = ROUNDING * torch.finfo(scores.dtype).eps * np.maximum(np.abs(now), np.abs(assessed))
    apart = np.abs(now - assessed) > rounding + OF_SPREAD * spread
    return bool(apart.mean() > MOST)
