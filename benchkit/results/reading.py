"""Reading a run back: any bytes become data or one clear StoreError."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchkit.errors import StoreError, UsageError
from benchkit.results.cell import CELL_FIELDS
from benchkit.results.naming import CELLS_FILE, MANIFEST_FILE, scores_file
from benchkit.results.record import FIELD_TYPES, check_cell, check_schema, parse_json

IDENTITY = ("dataset", "detector", "settings", "anomaly", "seed")
"""What makes two cells of a run the same cell."""


_DAMAGED = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    EOFError,
    MemoryError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
"""All that NumPy and zipfile raise on bytes that are no archive of arrays."""


@dataclass(frozen=True)
class StoredRun:
    """A run as it was found on the disk.

    Attributes:
        folder: where it lies.
        manifest: what ``run.json`` says.
        cells: one row a cell, one column a field of ``Cell``, in its order; NaN where a number is undefined.
        notes: what was mended while reading (a torn last line, cells that were measured again), one sentence each.
    """

    folder: Path
    manifest: dict[str, Any]
    cells: pd.DataFrame
    notes: tuple[str, ...] = ()

    def scores(self, *, dataset: str, detector: str, anomaly: str, seed: int) -> dict[str, NDArray[Any]]:
        """Return one cell's raw scores: ``normal``, ``anomaly`` and ``calibration``, as they were saved.

        Raises:
            UsageError: a name cannot be part of a path.
            StoreError: the scores were not kept, or the file is damaged.
        """
        path = self.folder / scores_file(dataset=dataset, detector=detector, anomaly=anomaly, seed=seed)
        return read_scores(path)


def read_run(path: Path) -> StoredRun:
    """Read a run from its folder, or from its ``run.json`` or ``cells.jsonl``.

    Raises:
        UsageError: there is no run at ``path``.
        StoreError: a file is damaged, or was written by an older or a newer benchkit.
    """
    path = Path(path)
    folder = path.parent if path.name in (MANIFEST_FILE, CELLS_FILE) else path
    manifest_path = folder / MANIFEST_FILE
    if not manifest_path.is_file():
        raise UsageError(
            f"results: got {path}, where there is no {MANIFEST_FILE}; expected a run's folder, such as "
            "results/<run id>. A run makes one: benchkit run."
        )
    manifest = parse_json(_read(manifest_path), where=str(manifest_path))
    check_schema(manifest, where=str(manifest_path))
    records, torn = _read_lines(folder / CELLS_FILE)
    kept, repeated = _last_of_each(records)
    return StoredRun(folder, manifest, to_frame(kept), notes=torn + repeated)


def latest_run(folder: Path) -> Path:
    """Return the run below ``folder`` whose ``run.json`` was written last (of equals, the last by name).

    Raises:
        UsageError: there is no run.
    """
    runs = runs_in(folder)
    if not runs:
        raise UsageError(
            f"results: got {folder}, which holds no run; expected at least one <run id>/{MANIFEST_FILE} there. "
            "Make one with: benchkit run."
        )
    return runs[0]


def runs_in(folder: Path) -> list[Path]:
    """Return the runs below ``folder``, the one whose ``run.json`` was written last first (of equals, by name)."""
    manifests = [path for path in Path(folder).glob(f"*/{MANIFEST_FILE}") if path.is_file()]
    newest = sorted(manifests, key=lambda path: (path.stat().st_mtime_ns, path.parent.name), reverse=True)
    return [path.parent for path in newest]


def to_frame(records: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return cells' dictionaries as a frame: text as ``str``, undefined numbers as NaN (whole ones as ``NA``).

    A zero byte in a text becomes U+FFFD: pandas' strings that hold one are not even equal to themselves.
    """
    frame = pd.DataFrame([_without_zeros(record) for record in records], columns=list(CELL_FIELDS))
    return frame.astype({name: _column_type(FIELD_TYPES[name]) for name in CELL_FIELDS})


def _without_zeros(record: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value
        for name, value in record.items()
    }


def read_scores(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays ``normal``, ``anomaly`` and ``calibration`` of a score file.

    Raises:
        StoreError: the file is not there, damaged, or holds something other than numbers.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in ("normal", "anomaly", "calibration")}
    except _DAMAGED as error:
        raise StoreError(
            f"{path}: the raw scores cannot be read: {error}. Expected an .npz file with the numbers of normal, "
            "anomaly and calibration scores, which a run keeps unless told otherwise. Run again to make it."
        ) from error


def _read_lines(path: Path) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    *whole, last = _read(path).split(b"\n")
    records = [
        check_cell(parse_json(line, where=f"{path}, line {number}"), where=f"{path}, line {number}")
        for number, line in enumerate(whole, start=1)
        if line.strip()
    ]
    if not last.strip():
        return records, ()
    where = f"{path}, line {len(whole) + 1}"
    try:
        parsed = parse_json(last, where=where)
    except StoreError:
        return records, (f"{where}: the last line was torn, as by a run that was killed; it was left out.",)
    return [*records, check_cell(parsed, where=where)], ()


def _last_of_each(records: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    latest: dict[tuple[Any, ...], dict[str, Any]] = {}
    notes = []
    for record in records:
        key = tuple(record[name] for name in IDENTITY)
        if latest.pop(key, None) is not None:
            dataset, detector, _, anomaly, seed = key
            notes.append(
                f"{detector} on {dataset}, {anomaly}, seed {seed}: stored more than once; the last one counts."
            )
        latest[key] = record
    return list(latest.values()), tuple(dict.fromkeys(notes))


def _column_type(allowed: tuple[type, ...]) -> Any:
    if float in allowed:
        return "float64"
    if int in allowed:
        return "Int64" if type(None) in allowed else "int64"
    return str


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"{path}: could not be read: {error.strerror or error}. Expected a run's folder with {MANIFEST_FILE} "
            f"and {CELLS_FILE}; give the folder of a complete run."
        ) from error
