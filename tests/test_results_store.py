"""Writing a run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from store_helpers import cell

from benchkit import StoreError, UsageError
from benchkit.results import SCHEMA_VERSION, RunStore, runs_in

FULL_DEVICE = Path("/dev/full")


def lines_of(store: RunStore) -> list[dict[str, Any]]:
    """Return what cells.jsonl holds."""
    return [json.loads(line) for line in (store.folder / "cells.jsonl").read_text("utf-8").splitlines()]


def test_a_new_run_holds_its_manifest_with_the_schema_and_no_cells(tmp_path: Path) -> None:
    """Creating a run makes its folder, run.json with the schema version added, and an empty cells.jsonl."""
    store = RunStore.create(tmp_path / "results", "2026-01-01_a.b", {"dataset": "digits"})
    assert store.folder == tmp_path / "results" / "2026-01-01_a.b"
    assert json.loads((store.folder / "run.json").read_text()) == {"schema": SCHEMA_VERSION, "dataset": "digits"}
    assert lines_of(store) == []


def test_a_cell_is_on_the_disk_when_append_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each appended cell is one flat JSON line, complete and synced before the next one is measured."""
    synced: list[bytes] = []
    store = RunStore.create(tmp_path, "run", {})
    path = store.folder / "cells.jsonl"
    name = "fdatasync" if hasattr(os, "fdatasync") else "fsync"
    monkeypatch.setattr(os, name, lambda _handle: synced.append(path.read_bytes()))
    store.append(cell(seed=1))
    store.append(cell(seed=2, precision=None))
    assert lines_of(store) == [cell(seed=1).to_dict(), cell(seed=2, precision=None).to_dict()]
    assert [text.count(b"\n") for text in synced] == [1, 2]


def test_cells_of_one_call_share_one_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fit group's cells are one write and one sync, in the order given; no cells are neither."""
    written, synced = Mock(wraps=os.write), Mock()
    store = RunStore.create(tmp_path, "run", {})
    monkeypatch.setattr(os, "write", written)
    monkeypatch.setattr(os, "fdatasync" if hasattr(os, "fdatasync") else "fsync", synced)
    cells = [cell(seed=seed) for seed in (5, 3, 4)]
    store.append(*cells)
    store.append()
    assert lines_of(store) == [each.to_dict() for each in cells]
    assert (written.call_count, synced.call_count) == (1, 1)


def test_one_bad_cell_keeps_out_the_cells_of_its_call(tmp_path: Path) -> None:
    """A call stores all of its cells or none."""
    store = RunStore.create(tmp_path, "run", {})
    with pytest.raises(StoreError, match="seed 2"):
        store.append(cell(seed=1), cell(seed=2, auroc=float("nan")))
    assert lines_of(store) == []


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(tmp_path: Path, value: float) -> None:
    """A cell with NaN or infinity is a store error that names the cell, and no line is left behind."""
    store = RunStore.create(tmp_path, "run", {})
    with pytest.raises(StoreError, match=r"gaussian, noise-1, seed 0"):
        store.append(cell(auroc=value))
    assert lines_of(store) == []


def test_a_reason_that_is_not_unicode_does_not_cost_the_cell(tmp_path: Path) -> None:
    """A lone surrogate, as in a file name that is not UTF-8, is stored as a question mark."""
    store = RunStore.create(tmp_path, "run", {})
    store.append(cell(status="failed", reason="no file \udcff σ"))
    assert lines_of(store)[0]["reason"] == "no file ? σ"


@pytest.mark.parametrize(
    "run_id", ["", ".", "..", "../up", "a/b", "a\\b", ".hidden", "-flag", "a b", "a\n", "é", "x" * 101]
)
def test_a_run_id_that_cannot_name_a_folder_is_refused(tmp_path: Path, run_id: str) -> None:
    """Only letters, digits, '.', '_' and '-' name a run; anything else is a usage error and nothing is made."""
    with pytest.raises(UsageError, match="run id"):
        RunStore.create(tmp_path, run_id, {})
    assert list(tmp_path.iterdir()) == []


def test_an_existing_run_is_never_overwritten(tmp_path: Path) -> None:
    """A run id that is taken is a usage error that names the folder, and the old run stays as it is."""
    RunStore.create(tmp_path, "run", {"kept": True}).append(cell())
    with pytest.raises(UsageError, match=f"{tmp_path}/run is there already"):
        RunStore.create(tmp_path, "run", {})
    assert json.loads((tmp_path / "run" / "run.json").read_text())["kept"] is True


def test_an_empty_folder_of_that_name_is_not_taken(tmp_path: Path) -> None:
    """A folder that somebody made counts as taken, even when nothing is in it."""
    (tmp_path / "run").mkdir()
    with pytest.raises(UsageError, match="is there already"):
        RunStore.create(tmp_path, "run", {})
    assert list(tmp_path.iterdir()) == [tmp_path / "run"]


def test_a_run_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    """A manifest that is not JSON is a store error, and no folder appears, not even a hidden one."""
    with pytest.raises(StoreError, match=r"run\.json cannot be written as JSON"):
        RunStore.create(tmp_path, "run", {"a": object()})
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_not_listed_before_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until its folder has its name, no listing shows it; a process killed just then is in nobody's way."""

    def die(_self: Path, _target: Path) -> None:
        staged = [path.name for path in tmp_path.rglob("*.json*")]
        raise KeyboardInterrupt(f"{sorted(staged)}, {runs_in(tmp_path)}")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", die)
        patch.setattr("shutil.rmtree", lambda *_arguments, **_options: None)
        with pytest.raises(KeyboardInterrupt, match=r"\['cells.jsonl', 'run.json'\], \[\]"):
            RunStore.create(tmp_path, "run", {})
    assert runs_in(tmp_path) == []
    assert RunStore.create(tmp_path, "run", {}).folder == tmp_path / "run"
    assert runs_in(tmp_path) == [tmp_path / "run"]


def test_a_new_run_has_the_rights_that_any_new_folder_has(tmp_path: Path) -> None:
    """Others can read results as far as the user's umask lets them."""
    (tmp_path / "folder").mkdir()
    folder = RunStore.create(tmp_path, "run", {}).folder
    assert folder.stat().st_mode == (tmp_path / "folder").stat().st_mode


def test_a_results_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    """Where a file lies in the way, the error names the path and the next step."""
    (tmp_path / "results").write_text("a file")
    with pytest.raises(StoreError, match=r"could not write .*results.*another results folder"):
        RunStore.create(tmp_path / "results", "run", {})


@pytest.mark.skipif(not FULL_DEVICE.exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_a_store_error(tmp_path: Path) -> None:
    """When the disk is full, appending says so, with the path and the next step."""
    store = RunStore.create(tmp_path, "run", {})
    (store.folder / "cells.jsonl").unlink()
    (store.folder / "cells.jsonl").symlink_to(FULL_DEVICE)
    with pytest.raises(StoreError, match=r"cells\.jsonl.*[Nn]o space left.*Free some space"):
        store.append(cell())


def test_a_line_that_was_cut_off_by_a_full_disk_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a write that failed half way, the next cell starts on a line of its own."""
    store = RunStore.create(tmp_path, "run", {})
    real_write = os.write

    def fill_up(handle: int, data: bytes) -> int:
        if len(data) < 20:
            raise OSError(28, "No space left on device")
        return real_write(handle, data[:-10])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fill_up)
        with pytest.raises(StoreError, match="No space left"):
            store.append(cell(seed=1))
    store.append(cell(seed=2))
    assert [line["seed"] for line in lines_of(store)] == [2]


def test_update_replaces_the_manifest_and_keeps_the_other_keys(tmp_path: Path) -> None:
    """Updating sets the given keys, keeps the others, and leaves no temporary file."""
    store = RunStore.create(tmp_path, "run", {"a": 1, "b": 2})
    store.update(b=3, seconds=1.5)
    assert json.loads((store.folder / "run.json").read_text()) == {
        "schema": SCHEMA_VERSION, "a": 1, "b": 3, "seconds": 1.5,
    }  # fmt: skip
    assert sorted(path.name for path in store.folder.iterdir()) == [".lock", "cells.jsonl", "run.json"]


def test_an_update_that_fails_leaves_the_old_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a value that is not JSON nor a failing disk harms the manifest that is there."""
    store = RunStore.create(tmp_path, "run", {"a": 1})
    with pytest.raises(StoreError, match=r"run\.json cannot be written as JSON"):
        store.update(a=object())

    def fail(_handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError, match="Input/output error"):
        store.update(a=2)
    assert json.loads((store.folder / "run.json").read_text())["a"] == 1
    assert store.manifest["a"] == 1
    assert sorted(path.name for path in store.folder.iterdir()) == [".lock", "cells.jsonl", "run.json"]


def test_scores_are_kept_with_their_types(tmp_path: Path) -> None:
    """Raw scores come back bit for bit, in the dtype in which they were given, from a file named after the cell."""
    store = RunStore.create(tmp_path, "run", {})
    scores = {"normal": np.linspace(0, 1, 7, dtype=np.float32), "anomaly": np.array([1e-300, np.pi])}
    calibration = np.array([0.1], dtype=np.float16)
    path = store.save_scores(cell(detector="gaussian@layer1", seed=3), **scores, calibration=calibration)
    assert path == store.folder / "scores" / "digits--gaussian@layer1--noise-1--s3.npz"
    with np.load(path, allow_pickle=False) as archive:
        for name, array in {**scores, "calibration": calibration}.items():
            assert archive[name].dtype == array.dtype
            np.testing.assert_array_equal(archive[name], array)


@pytest.mark.parametrize("field", ["dataset", "detector", "anomaly"])
@pytest.mark.parametrize("name", ["../../x", "a/b", "a--b", "", "A", "a@", "a\0b"])
def test_scores_never_leave_their_folder(tmp_path: Path, field: str, name: str) -> None:
    """A name that is not lower-case words joined by hyphens is refused before it becomes a path."""
    store = RunStore.create(tmp_path, "run", {})
    ones = np.ones(2)
    with pytest.raises(UsageError, match="scores: got the"):
        store.save_scores(cell(**{field: name}), normal=ones, anomaly=ones, calibration=ones)
    assert [path.name for path in tmp_path.rglob("*.npz")] == []


def test_scores_that_would_need_pickle_are_refused(tmp_path: Path) -> None:
    """An array of objects is a store error."""
    store = RunStore.create(tmp_path, "run", {})
    ones = np.ones(2)
    with pytest.raises(StoreError, match="normal scores of object"):
        store.save_scores(cell(), normal=np.array([None, 1]), anomaly=ones, calibration=ones)
