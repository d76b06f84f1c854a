"""Pixels of normal and anomalous images alike: 8-bit grey levels, as floats in [0, 1]."""

from __future__ import annotations

from torch import Tensor

GREY_LEVELS = 256
_HIGHEST = GREY_LEVELS - 1
_RANGE_SLACK = 1e-5


def to_grey_levels(images: Tensor) -> Tensor:
    """Return the nearest 8-bit images (float32 multiples of 1/255), a new tensor of the same shape."""
    return images.detach().mul(_HIGHEST).round_().clamp_(0, _HIGHEST).div_(_HIGHEST)


def range_problem(images: Tensor) -> str:
    """Return what is wrong with the range of the pixels (N×1×H×W, N at least 1), or an empty string."""
    low, high = images.min().item(), images.max().item()
    if not (low >= -_RANGE_SLACK and high <= 1 + _RANGE_SLACK):  # a NaN fails this as well
        return f"got pixels from {low:g} to {high:g}; expected finite ones from 0 to 1. Clamp the result."
    return ""
