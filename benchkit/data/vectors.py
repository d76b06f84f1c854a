"""Vectors as a data set: activations of a network, say, one row of any number of floats an image."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchkit.contract import LabelledImages
from benchkit.data.faults import fault
from benchkit.data.images import make_labelled

_DECIMAL = re.compile(r"\s*[+-]?(?=\.?[0-9])[0-9]*(?:\.[0-9]*(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)\s*", re.ASCII)
_LINE = re.compile(r"[0-9+\-.eE, \t]+", re.ASCII)
_MEND = "Write it again, such as with `benchkit export-view`."


def begins_with_decimal(line: str) -> bool:
    """Return whether the first cell of a CSV line is a number with a decimal point or an exponent."""
    return _DECIMAL.fullmatch(line.partition(",")[0]) is not None


def parse_vectors(lines: Sequence[str], *, where: object, first_line: int = 1) -> NDArray[np.float32]:
    """Return the numbers of CSV lines as float32, rows × cells.

    Args:
        lines: one row each.
        where: path, for messages.
        first_line: the number of the first of the lines in the file, for messages.

    Raises:
        DataError: rows of different length, or a cell that is no number; names the line. Also where the first column
            looks like labels of square images, which would be taken for numbers of the vectors.
    """
    width = lines[0].count(",") + 1
    for number, line in enumerate(lines, start=first_line):
        if not _LINE.fullmatch(line) or line.count(",") + 1 != width:
            raise fault(
                f"line {number} of {where}", got=repr(line[:40]), expected=f"{width} numbers as before", next_step=_MEND
            )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # numpy warns where it guesses
            rows = np.loadtxt(lines, dtype=np.float32, delimiter=",", comments=None, ndmin=2)
    except (ValueError, OverflowError, Warning) as error:
        raise fault(where, got=f"cells that are no numbers ({error})", expected="numbers", next_step=_MEND) from error
    if _has_labels(rows):
        raise fault(
            where,
            got=f"{width} columns of floats, the first of which looks like labels of square images",
            expected="labels and pixels as whole numbers, or vectors without labels",
            next_step="Write whole numbers, pixels from 0 to 255; or remove the labels.",
        )
    return rows


def _has_labels(rows: NDArray[np.float32]) -> bool:
    side = math.isqrt(rows.shape[1] - 1)
    first = rows[:, 0]
    return side > 1 and side * side == rows.shape[1] - 1 and bool((first == first.round()).all() and first.any())


def vectors_as_images(
    vectors: NDArray[Any], labels: NDArray[Any] | None = None, *, where: object = "vectors"
) -> LabelledImages:
    """Return vectors of D numbers as images of 1×D pixels: N×1×1×D.

    The numbers are mapped to [0, 1] by one linear map, the lowest of all to 0 and the highest to 1. A run holds 8-bit
    images: it rounds them to 256 levels. For activations as they are let a detector look at the view itself
    (``gaussian@layer1``).

    Args:
        vectors: finite numbers, N×…, flattened to N×D.
        labels: N whole numbers, none negative; None: all 0.
        where: path or name, for messages.

    Raises:
        DataError: no vectors, numbers that are not finite, or labels that do not fit.
    """
    vectors = np.asarray(vectors)
    if vectors.ndim < 2 or 0 in vectors.shape or not (np.abs(vectors) <= np.finfo(np.float32).max).all():
        raise fault(
            where,
            got=f"vectors of shape {vectors.shape}, or numbers that are not finite",
            expected="N rows of finite float32 numbers, N and their number at least 1",
            next_step=_MEND,
        )
    rows = vectors.reshape(len(vectors), 1, 1, -1).astype(np.float64)
    low, high = rows.min(), rows.max()
    unit = ((rows - low) / max(high - low, np.finfo(np.float64).tiny)).astype(np.float32)
    return make_labelled(unit, np.zeros(len(rows), np.int64) if labels is None else labels, where=where)
