"""Reading ``cells.jsonl``, some lines at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from benchkit.errors import StoreError
from benchkit.results.columns import Columns
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
    columns, number = Columns(), 1
    for lines in _chunks(path):
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


def _chunks(path: Path) -> Iterator[list[bytes]]:
    try:
        with path.open("rb", buffering=_CHUNK_BYTES) as file:
            while lines := file.readlines(_CHUNK_BYTES):
                yield lines
    except OSError as error:
        raise could_not_be_read(path, error) from error


def _with_last(columns: Columns, last: bytes, *, where: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Take in a last line that has no line break: torn, unless it is whole JSON."""
    try:
        parse_json(last, where=where)
    except StoreError:
        note = f"{where}: the last line was torn, as by a run that was killed; it was left out."
        return columns.frame(), (note,)
    columns.add([exact_row(last, where=where)])
    return columns.frame(), ()
