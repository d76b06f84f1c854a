"""What counts as scores, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchkit.errors import DataError, UsageError
from benchkit.measure.scores import as_scores, check_prevalence


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], r"shape \(0,\)"),
        ([[1.0, 2.0]], r"shape \(1, 2\)"),
        (3.0, r"shape \(\)"),
        ([1.0, np.nan, np.inf], "2 of 3 values that are NaN or infinite"),
        ([-np.inf], "1 of 1 values"),
        (["a", "b"], "type <U1"),
        ([1 + 2j], "type complex128"),
        ([None, 1.0], "type object"),
    ],
)
def test_bad_scores_are_refused(values: Any, found: str) -> None:
    """Scores that are not finite real numbers in one dimension end in an error that says whose and what."""
    with pytest.raises(DataError, match=f"^calibration scores: got .*{found}.*; expected a one-dimensional array"):
        as_scores(values, where="calibration")


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64", "uint8", "bool"])
def test_real_numbers_are_widened(dtype: str) -> None:
    """Every real type becomes float64 with the same values."""
    values = np.array([0, 1, 1], dtype=dtype)
    scores = as_scores(values, where="normal")
    assert scores.dtype == np.float64
    assert scores.tolist() == [0.0, 1.0, 1.0]


def test_scores_are_not_copied() -> None:
    """An array that is fine already is handed through as it is."""
    values = np.array([1.0, 2.0])
    assert as_scores(values, where="normal") is values


@pytest.mark.parametrize("prevalence", [0.0, 1.0, -0.1, 1.5, float("nan"), float("inf")])
def test_prevalence_out_of_range_is_refused(prevalence: float) -> None:
    """A prevalence that is not strictly between 0 and 1 is a wrong request."""
    with pytest.raises(UsageError, match=r"prevalence: got .* strictly between 0 and 1"):
        check_prevalence(prevalence)


def test_prevalence_in_range_is_kept() -> None:
    """A share between 0 and 1 is returned as it is."""
    assert check_prevalence(0.01) == 0.01
