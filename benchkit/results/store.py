"""Writing a run: its manifest, its cells one by one, and their raw scores."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchkit.errors import StoreError, UsageError
from benchkit.results.atomic import refusals_of, write_atomically
from benchkit.results.cell import SCHEMA_VERSION, Cell
from benchkit.results.naming import CELLS_FILE, MANIFEST_FILE, SCORES_FOLDER, check_run_id, scores_file


class RunStore:
    """One run's folder, being written. Made by ``RunStore.create``.

    Attributes:
        folder: ``<results folder>/<run id>``.
        manifest: what ``run.json`` holds.
    """

    def __init__(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        self.folder = folder
        self.manifest: dict[str, Any] = {"schema": SCHEMA_VERSION, **manifest}

    @classmethod
    def create(cls, folder: Path, run_id: str, manifest: Mapping[str, Any]) -> RunStore:
        """Make the run's folder with its manifest and no cells yet.

        Args:
            folder: the results folder; made if it is not there.
            run_id: name of the run's own folder.
            manifest: what is known of the run, JSON types only; ``schema`` is added.

        Raises:
            UsageError: the run id cannot name a folder, or the run is there already.
            StoreError: the folder cannot be written, or the manifest is not JSON.
        """
        store = cls(Path(folder) / check_run_id(run_id), manifest)
        try:
            with refusals_of(store.folder):
                store.folder.mkdir(parents=True)
        except StoreError as error:
            if isinstance(error.__cause__, FileExistsError) and store.folder.is_dir():
                raise UsageError(
                    f"results: got the run id {run_id!r}, but {store.folder} is there already; results are never "
                    "overwritten. Choose another run id, or remove that folder."
                ) from None
            raise
        store.update()
        with refusals_of(store.folder):
            (store.folder / CELLS_FILE).touch()
        return store

    def update(self, **changes: Any) -> None:
        """Set keys of the manifest and write ``run.json`` anew, atomically.

        Raises:
            StoreError: the file cannot be written, or a value is not JSON; the old file is still there then.
        """
        changed = {**self.manifest, **changes}
        text = _to_json(changed, what=MANIFEST_FILE, indent=2)
        write_atomically(self.folder / MANIFEST_FILE, lambda file: file.write(text + b"\n"))
        self.manifest = changed

    def append(self, cell: Cell) -> None:
        """Add a cell to ``cells.jsonl``; when this returns, the line is on the disk.

        Raises:
            StoreError: the file cannot be written, or a value is not finite; no half line is left behind.
        """
        record = cell.to_dict()
        line = _to_json(record, what=f"cell ({cell.dataset}, {cell.detector}, {cell.anomaly}, seed {cell.seed})")
        path = self.folder / CELLS_FILE
        with refusals_of(path), path.open("ab", buffering=0) as file:
            _append_whole(file.fileno(), line + b"\n")

    def save_scores(
        self, cell: Cell, *, normal: NDArray[Any], anomaly: NDArray[Any], calibration: NDArray[Any]
    ) -> Path:
        """Keep the raw scores of a cell, with their dtype, so that every metric can be computed again.

        Args:
            cell: whose scores they are.
            normal: scores of the normal test images.
            anomaly: scores of the anomalous images.
            calibration: scores of the normal calibration images.

        Returns:
            The file, ``scores/<data set>--<detector>--<anomaly>--s<seed>.npz``.

        Raises:
            UsageError: a name of the cell cannot become part of a path.
            StoreError: the file cannot be written, or an array is not numeric.
        """
        arrays = {"normal": normal, "anomaly": anomaly, "calibration": calibration}
        relative = scores_file(dataset=cell.dataset, detector=cell.detector, anomaly=cell.anomaly, seed=cell.seed)
        for name, array in arrays.items():
            if array.dtype.kind not in "fiu":  # an object array would be pickled
                raise StoreError(f"scores of {relative.stem}: got {name} scores of {array.dtype}; expected numbers.")
        with refusals_of(self.folder / SCORES_FOLDER):
            (self.folder / SCORES_FOLDER).mkdir(exist_ok=True)
        write_atomically(self.folder / relative, lambda file: np.savez_compressed(file, **arrays))  # type: ignore[arg-type]
        return self.folder / relative


def _append_whole(handle: int, line: bytes) -> None:
    """Write and sync ``line``; on failure cut the file back, or the next line would join the torn one."""
    end = os.fstat(handle).st_size
    try:
        while line:
            line = line[os.write(handle, line) :]
        os.fsync(handle)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(handle, end)
        raise


def _to_json(value: object, *, what: str, indent: int | None = None) -> bytes:
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, indent=indent)
    except (TypeError, ValueError, RecursionError) as error:
        raise StoreError(
            f"results: {what} cannot be written as JSON: {error}. Expected text, finite numbers, true, false, null, "
            "and lists and objects of them; an undefined number is null."
        ) from error
    # A reason may quote a file name that is not Unicode; it must not cost the cell.
    return text.encode("utf-8", errors="replace")
