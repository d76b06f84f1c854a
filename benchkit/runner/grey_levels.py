"""Pixels of normal and anomalous images alike: 8-bit grey levels."""

from __future__ import annotations

import torch
from torch import Tensor

from benchkit.data import to_levels

GREY_LEVELS = 256
_CHUNK = 4096
_RANGE_SLACK = 1e-5


def grey_levels(images: Tensor) -> Tensor:
    """Return the nearest 8-bit images of floats in [0, 1], uint8 of the same shape, with no copy of all as floats."""
    made = torch.empty(images.shape, dtype=torch.uint8, device=images.device)
    for some, into in zip(torch.split(images, _CHUNK), torch.split(made, _CHUNK), strict=True):
        into.copy_(to_levels(some))
    return made


def range_problem(images: Tensor) -> str:
    """Return what is wrong with the range of the pixels (N×1×H×W, N at least 1), or an empty string."""
    low, high = images.min().item(), images.max().item()
    if not (low >= -_RANGE_SLACK and high <= 1 + _RANGE_SLACK):  # a NaN fails this as well
        return f"got pixels from {low:g} to {high:g}; expected finite ones from 0 to 1. Clamp the result."
    return ""
