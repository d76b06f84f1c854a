"""One writer a run."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest
from store_helpers import cell, hold, hold_with_a_child, process

from benchkit import StoreError, UsageError
from benchkit.results import RunStore, read_run

fcntl = pytest.importorskip("fcntl", reason="the locks of POSIX")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a run of one cell that nobody writes."""
    with RunStore.create(tmp_path, "run", {}) as store:
        store.append(cell())
    return store.folder


def test_a_second_writer_is_refused_at_once_and_told_who_writes(folder: Path) -> None:
    """While another process has the run open, opening it is a usage error that names the process; reading works."""
    with process(hold, folder) as (other, connection):
        assert connection.recv() == "open"
        with pytest.raises(UsageError, match=rf"run is being written by process {other.pid} on \S+;") as caught:
            RunStore.reopen(folder)
        assert len(read_run(folder).cells) == 1
    assert caught.value.exit_status == 2
    RunStore.reopen(folder).close()


def test_two_stores_of_one_process_are_two_writers(tmp_path: Path) -> None:
    """A run that was just made cannot be opened a second time before it is closed."""
    with (
        RunStore.create(tmp_path, "run", {}) as store,
        pytest.raises(UsageError, match=f"written by process {os.getpid()} "),
    ):
        RunStore.reopen(store.folder)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_child_of_a_killed_writer_does_not_keep_the_run(folder: Path) -> None:
    """The lock goes with the process that took it, even when a process that it forked lives on."""
    with process(hold_with_a_child, folder) as (other, connection):
        assert connection.recv() == "forked"
        other.kill()
        other.join()
        RunStore.reopen(folder).close()


def test_a_closed_run_holds_no_trace_of_the_lock(folder: Path) -> None:
    """Results that are published name no process and no host."""
    assert sorted(path.name for path in folder.iterdir()) == ["cells.jsonl", "run.json"]


def test_what_a_killed_writer_left_in_the_lock_does_not_count(folder: Path) -> None:
    """Only the kernel's lock counts: a text that names a process that lives is no obstacle."""
    (folder / ".lock").write_text(f"process {os.getppid()} on elsewhere\n")
    RunStore.reopen(folder).close()


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_a_store_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Without locks nothing is written: the error says so, and what to do."""

    def refuse(_handle: int, _operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StoreError, match=r"cannot lock a file .* name another results folder"):
        RunStore.reopen(folder)
    with pytest.raises(StoreError, match="cannot lock a file"):
        RunStore.create(folder.parent, "other", {})
    assert list(folder.parent.iterdir()) == [folder]
