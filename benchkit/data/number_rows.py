"""Rows of whole numbers in a text: the part that CSV and the text form have in common."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchkit.data.faults import fault
from benchkit.errors import DataError

_NUMERIC_LINE = re.compile(r"[0-9+\-, \t]+", re.ASCII)
WHOLE_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,9}\s*", re.ASCII)


def read_lines(path: Path) -> list[str]:
    """Return the lines of a UTF-8 text, without line ends, blanks behind them, and blank lines at the end.

    Raises:
        DataError: missing, unreadable or not a text.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise fault(path, got="no such file", expected="a text file", next_step="Check the path.") from error
    except (OSError, ValueError) as error:
        raise fault(
            path, got=f"no readable text ({error})", expected="a UTF-8 text", next_step="Save it as UTF-8."
        ) from error
    lines = [line.rstrip(" \t\r") for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def parse_rows(lines: Sequence[str], delimiter: str, *, where: object, first_line: int = 1) -> NDArray[np.int32]:
    """Return the numbers in ``lines``, rows × cells.

    Args:
        lines: one row each, all with the same number of cells, of at least two.
        delimiter: what stands between two cells, exactly once.
        where: path, for messages.
        first_line: the number of the first of the lines in the file, for messages.

    Raises:
        DataError: no rows, rows of different length, or a cell that is no whole number; names the line.
    """
    if not lines:
        raise fault(where, got="no rows", expected="one row an image", next_step="Add images.")
    # looked at first, because numpy skips blank lines and crashes on some characters beyond ASCII
    if not all(map(_NUMERIC_LINE.fullmatch, lines)):
        raise _first_fault(lines, delimiter, where, first_line)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # numpy warns where it guesses; here that is a wrong cell
            rows = np.loadtxt(lines, dtype=np.int32, delimiter=delimiter, comments=None, ndmin=2)
    except (ValueError, OverflowError, Warning) as error:
        raise _first_fault(lines, delimiter, where, first_line) from error
    if rows.shape[0] != len(lines) or rows.shape[1] < 2:
        raise _first_fault(lines, delimiter, where, first_line)
    return rows


def _first_fault(lines: Sequence[str], delimiter: str, where: object, first_line: int) -> DataError:
    width = max(2, lines[0].count(delimiter) + 1)
    for number, line in enumerate(lines, start=first_line):
        cells = line.split(delimiter)
        place = f"line {number} of {where}"
        if len(cells) != width:
            found, expected = f"{len(cells)} cells", f"{width} cells, as many as in the first row"
            return fault(place, got=found, expected=expected, next_step="Mend or delete that line.")
        for column, cell in enumerate(cells, start=1):
            if not WHOLE_NUMBER.fullmatch(cell):
                found = f"{cell[:40]!r} in cell {column}"
                return fault(place, got=found, expected="a whole number", next_step="Mend or delete that line.")
    return fault(
        where,
        got="rows that cannot be read as numbers",
        expected=f"whole numbers separated by {delimiter!r}",
        next_step="Write the file again.",
    )
