"""A disk that is full for real, met by a real process."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from store_helpers import append_until_full, append_up_to, cell, process

from benchkit import StoreError
from benchkit.results import RunStore, read_run

BALLAST = 16 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 64 KiB, a quarter of it taken by a file named ``ballast``."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("this system has no mount command")
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True, text=True, check=False
    )
    if mounting.returncode != 0:
        pytest.skip(f"not permitted to mount a file system: {mounting.stderr.strip()}")
    try:
        (disk / "ballast").write_bytes(b"x" * BALLAST)
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill_up(disk: Path) -> None:
    """Take the last byte of the disk."""
    with (disk / "filling").open("ab", buffering=0) as file:
        try:
            while file.write(b"x" * 512):
                pass
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def test_a_full_disk_costs_no_cell_and_the_writer_goes_on_when_there_is_space(small_disk: Path) -> None:
    """The error names file and cause; what was stored is readable; with space again the same process goes on."""
    with process(append_until_full, small_disk) as (_, connection):
        stored, said = connection.recv()
        assert "cells.jsonl: No space left on device" in said
        assert "Free some space" in said
        assert stored > 10
        run = read_run(small_disk / "run")
        assert run.cells["seed"].tolist() == list(range(stored))
        assert run.notes == ()
        (small_disk / "ballast").unlink()
        connection.send("go on")
        more, _ = connection.recv()
    assert more > stored
    assert read_run(small_disk / "run").cells["seed"].tolist() == list(range(more))


def test_a_run_whose_process_ended_on_a_full_disk_is_written_on(small_disk: Path) -> None:
    """After space was freed a new process opens the run, has nothing to mend, and appends."""
    with process(append_until_full, small_disk) as (_, connection):
        stored, _ = connection.recv()
    fill_up(small_disk)
    with pytest.raises(StoreError, match="No space left"):
        RunStore.create(small_disk, "other", {})
    assert list(small_disk.glob("*other*")) == []
    (small_disk / "ballast").unlink()
    with RunStore.reopen(small_disk / "run") as store:
        assert store.mended == ()
        store.append(cell(seed=stored))
    assert read_run(small_disk / "run").cells["seed"].tolist() == list(range(stored + 1))


def test_manifest_and_scores_are_whole_or_as_before_on_a_full_disk(small_disk: Path) -> None:
    """A manifest that does not fit leaves the old one; scores that do not fit leave no file."""
    with RunStore.create(small_disk, "run", {"kept": True}) as store:
        fill_up(small_disk)
        with pytest.raises(StoreError, match=r"run\.json: No space left"):
            store.update(text="x" * 20_000)
        noise = np.random.default_rng(0).random(20_000)
        with pytest.raises(StoreError, match=r"npz: No space left"):
            store.save_scores(cell(), normal=noise, anomaly=noise, calibration=noise)
    assert read_run(small_disk / "run").manifest["kept"] is True
    assert [path.name for path in small_disk.rglob("*.npz")] == []
    assert [path.name for path in small_disk.rglob("*.part")] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_a_file_that_may_not_grow_costs_no_cell(tmp_path: Path) -> None:
    """At the largest size that the system allows a file, the cells that fitted are there and the error says why."""
    with process(append_up_to, tmp_path, 32 * 1024) as (_, connection):
        stored, said = connection.recv()
    assert "cells.jsonl: File too large" in said
    assert stored > 10
    with RunStore.reopen(tmp_path / "run") as store:
        assert store.mended == ()
        store.append(cell(seed=stored))
    assert read_run(tmp_path / "run").cells["seed"].tolist() == list(range(stored + 1))
