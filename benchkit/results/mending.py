"""Mending what a killed process, a full disk or a power cut left of a run, before it is written on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from benchkit.errors import StoreError
from benchkit.results.atomic import PART_SUFFIX, refusals_of, sync_data, sync_folder
from benchkit.results.naming import CELLS_FILE, SCORES_FOLDER, TIMINGS_FILE
from benchkit.results.record import parse_json

_BLOCK = 1 << 16


def mend(folder: Path) -> tuple[str, ...]:
    """Bring a run's folder into a state that can be written on; the caller holds its lock.

    Only the end of ``cells.jsonl`` and of ``timings.jsonl`` can be torn by an append that was cut short. A damaged line
    before it has another cause: it is left to the reader, which refuses it.

    Returns:
        What was mended, one sentence each; of a run that was whole, nothing.

    Raises:
        StoreError: the folder cannot be written.
    """
    return (*_remove_parts(folder), *_mend_cells(folder / CELLS_FILE), *_mend_timings(folder / TIMINGS_FILE))


def _remove_parts(folder: Path) -> list[str]:
    pattern = f".*{PART_SUFFIX}"
    parts = sorted([*folder.glob(pattern), *(folder / SCORES_FOLDER).glob(pattern)])
    for path in parts:
        with refusals_of(path):
            path.unlink()
    return [f"{path.relative_to(folder)} was left half written and was removed." for path in parts]


def _mend_cells(path: Path) -> list[str]:
    with refusals_of(path):
        if not path.exists():
            path.touch()
            sync_folder(path.parent)
            return [f"{CELLS_FILE} was missing; an empty one was made."]
        return _mend_lines(path)


def _mend_timings(path: Path) -> list[str]:
    """A run in which nothing was timed yet has no such file."""
    with refusals_of(path):
        return _mend_lines(path) if path.exists() else []


def _mend_lines(path: Path) -> list[str]:
    with path.open("r+b") as file:
        torn = _after_last_break(file)
        return [_mend_end(file, torn, path.name)] if torn else []


def _mend_end(file: BinaryIO, torn: bytes, name: str) -> str:
    """Make the last line, which has no line break, a whole one or none."""
    end = file.seek(0, os.SEEK_END)
    if _is_whole(torn):
        file.write(b"\n")
        said = "the last line had no line break, was whole otherwise and was completed."
    else:
        file.truncate(end - len(torn))
        said = f"the last line was torn ({len(torn)} bytes without a line break) and was cut off."
    file.flush()
    sync_data(file.fileno())
    return f"{name}: {said}"


def _after_last_break(file: BinaryIO) -> bytes:
    """Return the bytes after the last line break, read from the end: the file may hold a million lines."""
    start = file.seek(0, os.SEEK_END)
    tail = b""
    while start > 0 and b"\n" not in tail:
        size = min(_BLOCK, start)
        start = file.seek(start - size)
        tail = file.read(size) + tail
    return tail.rpartition(b"\n")[2]


def _is_whole(line: bytes) -> bool:
    """Tell whether ``line`` is a JSON object, which no torn one is; whether it is a cell, the reader says."""
    try:
        parse_json(line, where=CELLS_FILE)
    except StoreError:
        return False
    return True
