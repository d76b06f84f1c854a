"""A file system that fills up in the middle of a run, really: what is said, and what --resume makes of it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_helpers import TINY, finish, in_this_process, lines, linux_only, same_quality

pytestmark = [pytest.mark.faults, linux_only]

REQUEST = ("-d", "honest-[ab]", "-a", "brighter", "-a", "class-three", "--seeds", "3")
SIZE = 1 << 20
LEFT = 48 << 10
"""Bytes that are left for the run: more than ``run.json`` needs, less than the scores of twelve cells."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system in memory, of one MiB."""
    where = tmp_path / "small"
    where.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(where)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False, timeout=20)
    except OSError as error:
        pytest.skip(f"cannot mount a small file system: {error}")
    if done.returncode:
        pytest.skip(f"cannot mount a small file system: {done.stderr.strip()}")
    yield where
    subprocess.run(["umount", "--lazy", str(where)], check=True, timeout=20)


def test_a_disk_that_fills_up_ends_the_run_and_loses_nothing(small_disk: Path, tmp_path: Path) -> None:
    """Status 1 with the file that had no room; with room again, --resume completes it bit for bit."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (SIZE - LEFT))
    full = finish(*TINY, *REQUEST, "--out", str(small_disk), "--name", "run", cwd=tmp_path)
    folder = small_disk / "run"
    assert full.status == 1, full.err[-2000:]
    assert f"could not write {folder}" in full.err
    assert "No space left on device" in full.err
    assert "Traceback" not in full.err
    kept = lines(folder)
    assert 0 < len(kept) < 12
    assert full.left == {}
    ballast.unlink()
    resumed = finish("run", "--resume", str(folder), cwd=tmp_path)
    assert resumed.status == 0, resumed.err[-2000:]
    assert lines(folder)[: len(kept)] == kept
    assert len(lines(folder)) == 12
    whole = in_this_process(tmp_path, detectors=["honest-[ab]"], anomalies=["brighter", "class-three"], seeds=3)
    same_quality(folder, whole)
