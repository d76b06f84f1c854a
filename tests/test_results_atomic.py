"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import IO

import pytest

from benchkit import StoreError
from benchkit.results.atomic import sync_folder, write_atomically


def test_a_write_that_breaks_off_changes_nothing(tmp_path: Path) -> None:
    """When the writer raises half way, the old file is still there and no temporary one is left."""
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def half(file: IO[bytes]) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, half)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_data_reach_the_disk_before_the_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is synced, then renamed, then its folder is synced."""
    path = tmp_path / "file"
    steps: list[tuple[str, bool]] = []

    def note(handle: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"
        steps.append((kind, path.exists()))

    monkeypatch.setattr(os, "fsync", note)
    write_atomically(path, lambda file: file.write(b"new"))
    assert steps == [("file", False), ("folder", True)]
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EACCES, errno.ENOTSUP])
def test_a_file_system_that_cannot_sync_folders_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Some network drives refuse; files are written there all the same."""

    def refuse(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    sync_folder(tmp_path)


def test_a_folder_that_is_not_there_is_a_store_error(tmp_path: Path) -> None:
    """The error names the file that was to be written."""
    with pytest.raises(StoreError, match=r"could not write .*missing/file: No such file"):
        write_atomically(tmp_path / "missing" / "file", lambda file: file.write(b""))
