"""Writing on in a run, and ending it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from store_helpers import cell

from benchkit import StoreError, UsageError
from benchkit.results import SCHEMA_VERSION, RunStore, read_run


@pytest.mark.parametrize("name", ["", "run.json", "cells.jsonl"])
def test_a_run_is_opened_again_with_what_it_holds(tmp_path: Path, name: str) -> None:
    """By its folder or either file: the manifest is the one that was written, and new cells follow the old."""
    with RunStore.create(tmp_path, "run", {"a": 1}) as store:
        store.append(cell(seed=1))
    with RunStore.reopen(store.folder / name) as again:
        assert again.manifest == {"schema": SCHEMA_VERSION, "a": 1}
        assert again.mended == ()
        again.append(cell(seed=2))
    assert read_run(again.folder).cells["seed"].tolist() == [1, 2]


def test_opening_again_says_what_it_mended(tmp_path: Path) -> None:
    """A torn last line is cut off before anything is added, and a sentence says so."""
    with RunStore.create(tmp_path, "run", {}) as store:
        store.append(cell(seed=1), cell(seed=2))
    path = store.folder / "cells.jsonl"
    path.write_bytes(path.read_bytes()[:-10])
    with RunStore.reopen(store.folder) as again:
        again.append(cell(seed=3))
    assert read_run(again.folder).cells["seed"].tolist() == [1, 3]
    (said,) = again.mended
    assert "torn" in said


def test_a_run_of_an_older_schema_goes_on_in_this_one(tmp_path: Path) -> None:
    """The manifest says the version of what is added from now on."""
    with RunStore.create(tmp_path, "run", {}) as store:
        pass
    (store.folder / "run.json").write_text('{"schema": 1, "a": 1}')
    with RunStore.reopen(store.folder) as again:
        assert again.manifest == {"schema": SCHEMA_VERSION, "a": 1}


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [(None, UsageError, "no run.json"), ("{", StoreError, "not JSON"), ('{"schema": 99}', StoreError, "newer")],
)
def test_what_is_no_run_is_not_opened(tmp_path: Path, text: str | None, kind: type[Exception], message: str) -> None:
    """A missing, damaged or newer manifest is one clear error; nothing is changed and the lock is free again."""
    if text is not None:
        (tmp_path / "run.json").write_text(text)
    (tmp_path / "cells.jsonl").write_text("torn")
    for _ in range(2):
        with pytest.raises(kind, match=message):
            RunStore.reopen(tmp_path)
    assert (tmp_path / "cells.jsonl").read_text() == "torn"
    assert not (tmp_path / ".lock").exists()


def test_a_finished_run_holds_the_digest_of_its_cells(tmp_path: Path) -> None:
    """Finishing sets the last keys, adds the SHA-256 of cells.jsonl as it lies on the disk, and closes."""
    store = RunStore.create(tmp_path, "run", {"a": 1})
    store.append(cell())
    store.finish(a=2)
    digest = hashlib.sha256((store.folder / "cells.jsonl").read_bytes()).hexdigest()
    assert read_run(store.folder).manifest == {"schema": SCHEMA_VERSION, "a": 2, "cells_sha256": digest}
    with pytest.raises(StoreError, match="closed for writing"):
        store.append(cell())


def test_the_digest_goes_before_the_first_cell_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is written on loses its digest on the disk, not sooner than a cell comes; finishing adds the new."""
    store = RunStore.create(tmp_path, "run", {})
    store.finish()
    with RunStore.reopen(store.folder) as again:
        again.update(state="running")
        assert "cells_sha256" in read_run(store.folder).manifest

        def die(_handle: int, _data: bytes) -> int:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(os, "write", die)
            with pytest.raises(KeyboardInterrupt):
                again.append(cell())
        assert "cells_sha256" not in read_run(store.folder).manifest
        again.append(cell())
        again.finish()
    assert again.manifest["cells_sha256"] == hashlib.sha256((again.folder / "cells.jsonl").read_bytes()).hexdigest()


def test_a_run_that_cannot_be_finished_is_closed_all_the_same(tmp_path: Path) -> None:
    """After an error in finish another process can open the run."""
    store = RunStore.create(tmp_path, "run", {})
    with pytest.raises(StoreError, match="JSON"):
        store.finish(a=object())
    RunStore.reopen(store.folder).close()


def test_a_list_of_cells_that_was_removed_is_noticed_at_the_end(tmp_path: Path) -> None:
    """Finishing a run whose cells.jsonl is gone is a store error that names it."""
    store = RunStore.create(tmp_path, "run", {})
    (store.folder / "cells.jsonl").unlink()
    with pytest.raises(StoreError, match=r"could not read .*cells\.jsonl: No such file"):
        store.finish()


def test_a_closed_store_writes_nothing(tmp_path: Path) -> None:
    """After closing, which may be done twice, every way to write is a store error that says how to go on."""
    with RunStore.create(tmp_path, "run", {}) as store:
        pass
    store.close()
    ones = np.ones(2)
    for write in (
        lambda: store.append(cell()),
        lambda: store.update(a=1),
        lambda: store.save_scores(cell(), normal=ones, anomaly=ones, calibration=ones),
        store.finish,
    ):
        with pytest.raises(StoreError, match=r"closed for writing.*RunStore\.reopen"):
            write()
    assert sorted(path.name for path in store.folder.iterdir()) == ["cells.jsonl", "run.json"]
