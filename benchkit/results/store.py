"""Writing a run: its manifest, its cells one by one, and their raw scores."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchkit.errors import StoreError, UsageError
from benchkit.results.atomic import PART_SUFFIX, refusals_of, sync_folder, write_atomically
from benchkit.results.cell import SCHEMA_VERSION, Cell
from benchkit.results.encoding import encode, encode_cell
from benchkit.results.exhibit import Exhibit, write_exhibit
from benchkit.results.lines import LineFile
from benchkit.results.lock import WriterLock
from benchkit.results.mending import mend
from benchkit.results.naming import (
    CELLS_FILE,
    MANIFEST_FILE,
    SCORES_FOLDER,
    TIMINGS_FILE,
    check_run_id,
    exhibit_file,
    scores_file,
)
from benchkit.results.record import check_schema, parse_json
from benchkit.results.timings import TimingRecord, encode_timing

DIGEST_KEY = "cells_sha256"
"""Where the manifest of a finished run keeps the SHA-256 of ``cells.jsonl``, in hexadecimal digits."""

TIMINGS_DIGEST_KEY = "timings_sha256"
"""Where it keeps that of ``timings.jsonl``, when there is one."""


class RunStore:
    """One run's folder, being written. Made by ``RunStore.create`` or ``RunStore.reopen``; closes as a context manager.

    While it is open nobody else can write into the run; anybody can read it.

    Attributes:
        folder: ``<results folder>/<run id>``.
        manifest: what ``run.json`` holds.
        mended: what ``reopen`` had to mend, one sentence each.
    """

    def __init__(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        self.folder = folder
        self.manifest: dict[str, Any] = {"schema": SCHEMA_VERSION, **manifest}
        self.mended: tuple[str, ...] = ()
        self._lock: WriterLock | None = None
        self._files: dict[str, LineFile] = {}
        self._closed = False

    @classmethod
    def create(cls, folder: Path, run_id: str, manifest: Mapping[str, Any]) -> RunStore:
        """Make the run's folder with its manifest and no cells yet: it appears whole, or not at all.

        Args:
            folder: the results folder; made if it is not there.
            run_id: name of the run's own folder.
            manifest: what is known of the run, JSON types only; ``schema`` is added.

        Raises:
            UsageError: the run id cannot name a folder, or the run is there already.
            StoreError: the folder cannot be written, its file system has no locks, or the manifest is not JSON.
        """
        target = Path(folder) / check_run_id(run_id)
        with refusals_of(target):
            _make_folder(target.parent)
            # One level down, where no listing of runs looks; what a killed process leaves of it is in nobody's way.
            with tempfile.TemporaryDirectory(
                prefix=f".{run_id}.", suffix=PART_SUFFIX, dir=target.parent, ignore_cleanup_errors=True
            ) as staging:
                store = cls(Path(staging) / run_id, manifest)
                with store._closed_on_error():
                    store._prepare()
                    store._move_to(target)
                    sync_folder(target.parent)
        return store

    @classmethod
    def reopen(cls, path: Path) -> RunStore:
        """Open a run to write on; what a killed process left half written is mended first, see ``mended``.

        Args:
            path: the run's folder, its ``run.json`` or its ``cells.jsonl``.

        Raises:
            UsageError: there is no run, or somebody else is writing there; names the process.
            StoreError: ``run.json`` is damaged or of another version, or the folder cannot be written.
        """
        path = Path(path)
        folder = path.parent if path.name in (MANIFEST_FILE, CELLS_FILE) else path
        if not (folder / MANIFEST_FILE).is_file():
            raise UsageError(
                f"results: got {path}, where there is no {MANIFEST_FILE}; expected the folder of a run to go on with, "
                "such as results/<run id>. A run makes one: benchkit run."
            )
        store = cls(folder, {})
        with store._closed_on_error():
            store._lock = WriterLock(folder)
            store._take_over()
        return store

    @staticmethod
    def check_free(folder: Path, run_id: str) -> None:
        """Refuse a name that ``create`` would refuse.

        Raises:
            UsageError: the run id cannot name a folder, or the run is there already.
        """
        if (Path(folder) / check_run_id(run_id)).is_dir():
            raise _taken(Path(folder) / run_id)

    def update(self, **changes: Any) -> None:
        """Set keys of the manifest and write ``run.json`` anew, atomically.

        Raises:
            StoreError: the file cannot be written, or a value is not JSON; the old file is still there then.
        """
        self._write_manifest({**self.manifest, **changes})

    def append(self, *cells: Cell) -> None:
        """Add cells to ``cells.jsonl``, all or none; when this returns, their lines are on the disk.

        Raises:
            StoreError: the file cannot be written, or a value is not finite; no half line is left behind.
        """
        self._check_open()
        lines = b"".join(encode_cell(cell) for cell in cells)
        if not lines:
            return
        self._forget_digest()
        self._lines_of(CELLS_FILE).append(lines)

    def append_timing(self, record: TimingRecord) -> None:
        """Add the times of a fit group to ``timings.jsonl``; when this returns, they are on the disk.

        Raises:
            StoreError: the file cannot be written, or a time is not finite; no half line is left behind.
        """
        self._check_open()
        self._forget_digest()
        self._lines_of(TIMINGS_FILE).append(encode_timing(record))

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
        self._check_open()
        arrays = {"normal": normal, "anomaly": anomaly, "calibration": calibration}
        relative = scores_of(cell)
        for name, array in arrays.items():
            if array.dtype.kind not in "fiu":  # an object array would be pickled
                raise StoreError(f"scores of {relative.stem}: got {name} scores of {array.dtype}; expected numbers.")
        with refusals_of(self.folder / SCORES_FOLDER):
            _make_folder(self.folder / SCORES_FOLDER)
        write_atomically(self.folder / relative, lambda file: np.savez_compressed(file, **arrays))  # type: ignore[arg-type]
        return self.folder / relative

    def save_exhibit(self, cell: Cell, exhibit: Exhibit) -> Path:
        """Keep what a cell has to show, in ``exhibits/`` under the name of its scores; errors as ``save_scores``."""
        self._check_open()
        path = self.folder / exhibit_file(scores_of(cell))
        with refusals_of(path.parent):
            _make_folder(path.parent)
        write_exhibit(path, exhibit)
        return path

    def finish(self, **changes: Any) -> None:
        """Set keys of the manifest, add the digests of its lists as they lie on the disk, and close.

        Raises:
            StoreError: a file cannot be read or written; the store is closed all the same.
        """
        try:
            self.update(**changes, **digests(self.folder))
        finally:
            self.close()

    def close(self) -> None:
        """Close the files and let others write; a second call does nothing. Nothing is written."""
        self._closed = True
        for file in self._files.values():
            file.close()
        if self._lock is not None:
            self._lock.release(self.folder)

    def __enter__(self) -> RunStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def _closed_on_error(self) -> Iterator[None]:
        """Let go of the lock when opening fails half way."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        """Fill a new folder with what every run holds."""
        self.folder.mkdir()
        self.update()
        (self.folder / CELLS_FILE).touch()
        self._lock = WriterLock(self.folder)
        sync_folder(self.folder)

    def _move_to(self, target: Path) -> None:
        """Give the folder its own name, which fails when a run has it."""
        try:
            if target.is_dir():  # renaming would take the place of one that is empty
                raise FileExistsError
            self.folder.rename(target)
        except OSError:
            if target.is_dir():
                raise _taken(target) from None
            raise
        self.folder = target

    def _take_over(self) -> None:
        """Read the manifest and mend the folder, the lock being held."""
        where = self.folder / MANIFEST_FILE
        with refusals_of(where, action="read"):
            found = parse_json(where.read_bytes(), where=str(where))
        check_schema(found, where=str(where))
        self.manifest = {**found, "schema": SCHEMA_VERSION}
        self.mended = mend(self.folder)

    def _write_manifest(self, manifest: dict[str, Any]) -> None:
        self._check_open()
        text = encode(manifest, what=MANIFEST_FILE, indent=2)
        write_atomically(self.folder / MANIFEST_FILE, lambda file: file.write(text + b"\n"))
        self.manifest = manifest

    def _lines_of(self, name: str) -> LineFile:
        if name not in self._files:
            self._files[name] = LineFile(self.folder / name)
        return self._files[name]

    def _forget_digest(self) -> None:
        """The digests of a finished run must not outlive the first line that is added to it."""
        digests = {DIGEST_KEY, TIMINGS_DIGEST_KEY}
        if digests & self.manifest.keys():
            self._write_manifest({name: value for name, value in self.manifest.items() if name not in digests})

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(
                f"results: {self.folder} was closed for writing; expected a store that is open. Open it again with "
                "RunStore.reopen."
            )


def scores_of(cell: Cell) -> Path:
    """Return where a cell's raw scores lie, relative to the run's folder; errors as ``scores_file``."""
    return scores_file(dataset=cell.dataset, detector=cell.detector, anomaly=cell.anomaly, seed=cell.seed)


def _make_folder(folder: Path) -> None:
    """Make a folder, and those above it, whose name survives a power cut."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)


def _taken(target: Path) -> UsageError:
    return UsageError(
        f"results: got the run id {target.name!r}, but {target} is there already; results are never overwritten. "
        f"Choose another run id, remove that folder, or go on with it: benchkit run --resume {target}."
    )


def digests(folder: Path) -> dict[str, str]:
    """Return what ``finish`` adds to the manifest: the digest of ``cells.jsonl``, and of the times if there are any.

    Raises:
        StoreError: a file cannot be read.
    """
    found = {DIGEST_KEY: cells_digest(folder)}
    timings = Path(folder) / TIMINGS_FILE
    return {**found, TIMINGS_DIGEST_KEY: _sha256(timings)} if timings.is_file() else found


def cells_digest(folder: Path) -> str:
    """Return the SHA-256 of a run's ``cells.jsonl`` in hexadecimal digits.

    Raises:
        StoreError: it cannot be read.
    """
    return _sha256(Path(folder) / CELLS_FILE)


def _sha256(path: Path) -> str:
    with refusals_of(path, action="read"), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
