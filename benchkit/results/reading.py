"""Reading a run back: any bytes become data or one clear StoreError."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from benchkit.errors import UsageError
from benchkit.results.cells_file import could_not_be_read, read_cells
from benchkit.results.naming import CELLS_FILE, MANIFEST_FILE, scores_file
from benchkit.results.raw_scores import read_scores
from benchkit.results.record import check_schema, parse_json
from benchkit.results.repeats import last_of_each


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
    folder, manifest = read_manifest(path)
    stored, torn = read_cells(folder / CELLS_FILE)
    cells, repeated = last_of_each(stored)
    return StoredRun(folder, manifest, cells, notes=torn + repeated)


def read_manifest(path: Path) -> tuple[Path, dict[str, Any]]:
    """Return a run's folder and what its ``run.json`` says; arguments and errors as ``read_run``."""
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
    return folder, manifest


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


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise could_not_be_read(path, error) from error
