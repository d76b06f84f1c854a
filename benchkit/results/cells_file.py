"""Reading ``cells.jsonl``, some lines at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pandas as pd

from benchkit.errors import StoreError
from benchkit.results.columns import Columns
from benchkit.results.halves import second_half
from benchkit.results.naming import CELLS_FILE, MANIFEST_FILE
from benchkit.results.record import parse_json
from benchkit.results.rows import exact_row, rows_of

_CHUNK_BYTES = 1 << 18
"""Of text at once: some hundred cells, which a processor's cache holds with all that is made of them."""


def read_cells(path: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return all cells of a file in its order, and one sentence if its last line was torn.

    Raises:
        StoreError: the file cannot be read, or a line before the last is damaged, or of a newer or older benchkit.
    """
    columns, number, begin = Columns(), 1, 0
    other = second_half(path)
    if other is not None:
        try:
            number += gather(columns, path, 0, other.begin, first=number)
        except BaseException:
            other.forget()
            raise
        begin = other.begin
        if (arrays := other.arrays()) is not None:
            columns.extend(arrays)
            number, begin = number + int(arrays["lines"]), other.end
    return _to_the_end(columns, path, begin, number)


def gather(columns: Columns, path: Path, begin: int, end: int, *, first: int) -> int:
    """Add the cells between two places of a file, both at the beginning of a line; return how many lines that were.

    Raises:
        StoreError: the file cannot be read, or a line is damaged; names it by its number, counted from ``first``.
    """
    number = first
    for lines in _chunks(path, begin, end):
        columns.add(rows_of(lines, path=path, first=number))
        number += len(lines)
    return number - first


def _to_the_end(columns: Columns, path: Path, begin: int, number: int) -> tuple[pd.DataFrame, tuple[str, ...]]:
    for lines in _chunks(path, begin):
        last = b"" if lines[-1].endswith(b"\n") else lines.pop()
        columns.add(rows_of(lines, path=path, first=number))
        number += len(lines)
        if last.strip():
            return _with_last(columns, last, where=f"{path}, line {number}")
    return columns.frame(), ()


def could_not_be_read(path: Path, error: OSError) -> StoreError:
    """Return the error of a file of a run that is not there, or that the system does not let us read."""
    return StoreError(
        f"{path}: could not be read: {error.strerror or error}. Expected a run's folder with {MANIFEST_FILE} "
        f"and {CELLS_FILE}; give the folder of a complete run."
    )


def _chunks(path: Path, begin: int, end: int | None = None) -> Iterator[list[bytes]]:
    try:
        with path.open("rb", buffering=_CHUNK_BYTES) as file:
            file.seek(begin)
            while (room := _room(begin, end)) > 0 and (lines := _lines(file, room)):
                begin += sum(map(len, lines))
                yield lines
    except OSError as error:
        raise could_not_be_read(path, error) from error


def _lines(file: IO[bytes], room: int) -> list[bytes]:
    """Return lines up to the one that fills the room, and no further."""
    # ``readlines`` ends with the line that goes beyond what it is given, and takes all for 0.
    return file.readlines(room - 1) if room > 1 else [line for line in [file.readline()] if line]


def _room(begin: int, end: int | None) -> int:
    return _CHUNK_BYTES if end is None else min(_CHUNK_BYTES, end - begin)


def _with_last(columns: Columns, last: bytes, *, where: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Take in a last line that has no line break: torn, unless it is whole JSON."""
    try:
        parse_json(last, where=where)
    except StoreError:
        note = f"{where}: the last line was torn, as by a run that was killed; it was left out."
        return columns.frame(), (note,)
    columns.add([exact_row(last, where=where)])
    return columns.frame(), ()
