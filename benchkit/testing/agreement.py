"""Whether two results are the same but for rounding, and how far apart they are, in words."""

from __future__ import annotations

import torch
from torch import Tensor

OF_VALUE = 1e-4
"""Share of a value that rounding may change: sums in float32 whose order the size of a batch decides."""

OF_SPREAD = 1e-4
"""The same for values near 0, as a share of the results' standard deviation."""

OF_TRAINED = 0.05
"""Root mean square, as a share of the standard deviation, by which two trainings may differ that differ by rounding."""


def apart(found: Tensor, expected: Tensor, *, among: Tensor | None = None, most: float = OF_SPREAD) -> str:
    """Return in what a result is another one, more than rounding explains; empty where it is not.

    Args:
        found: on any device, of any floating point type; NaN agrees with NaN.
        expected: likewise.
        among: the results whose deviation counts, where there are more than are compared.
        most: share of that deviation that a value may be off.
    """
    if found.shape != expected.shape:
        return f"shape {tuple(found.shape)} where it was {tuple(expected.shape)}"
    one, other = (each.detach().to("cpu", torch.float64) for each in (found, expected))
    tolerance = most * _spread(other if among is None else among)
    if torch.allclose(one, other, rtol=OF_VALUE, atol=tolerance, equal_nan=True):
        return ""
    return f"values that differ by up to {_most(one, other):.3g} from what they were"


def another_training(found: Tensor, expected: Tensor, *, most: float = OF_TRAINED) -> str:
    """Return in what a result is not that of the same training on rounded numbers; empty where it is.

    Args:
        found: on any device, of any floating point type.
        expected: likewise.
        most: root mean square of the difference, as a share of the standard deviation.
    """
    if found.shape != expected.shape:
        return f"shape {tuple(found.shape)} where it is {tuple(expected.shape)}"
    one, other = (each.detach().to("cpu", torch.float64) for each in (found, expected))
    difference = float((one - other).square().mean().sqrt()) if one.numel() else 0.0
    if difference <= most * _spread(other) + OF_VALUE * float(other.abs().mean()):
        return ""
    return f"values that differ by {difference:.3g} (root mean square) where their spread is {_spread(other):.3g}"


def same_bits(found: Tensor, expected: Tensor) -> bool:
    """Return whether two results are the same to the last bit; NaN is NaN."""
    alike = found.shape == expected.shape and found.dtype == expected.dtype
    return alike and bool(((found == expected) | ((found != found) & (expected != expected))).all())


def _spread(values: Tensor) -> float:
    finite = values[values.isfinite()]
    return float(finite.std(correction=0)) if finite.numel() else 0.0


def _most(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().nan_to_num(nan=torch.inf).max())
