"""The file of lines."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchkit import StoreError
from benchkit.results.lines import LineFile

REAL_WRITE = os.write
REAL_TRUNCATE = os.ftruncate

lines = st.lists(st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b"") + b"\n"), min_size=1).map(b"".join)
room = st.none() | st.integers(0, 30)
"""Bytes that the disk still takes in one append, or None: all."""


class Disk:
    """A disk that takes ``room`` bytes more, at most seven at a time, and may refuse to cut a file."""

    def __init__(self, room: int | None, refuses_to_cut: bool) -> None:
        self.room = room
        self.refuses_to_cut = refuses_to_cut

    def write(self, handle: int, data: bytes) -> int:
        """Stand in for ``os.write``."""
        size = min(len(data), 7)
        if self.room is not None:
            size = min(size, self.room)
            self.room -= size
        if size == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return REAL_WRITE(handle, data[:size])

    def cut(self, handle: int, end: int) -> None:
        """Stand in for ``os.ftruncate``."""
        if self.refuses_to_cut:
            raise OSError(errno.EIO, "Input/output error")
        REAL_TRUNCATE(handle, end)


@given(appends=st.lists(st.tuples(lines, room, st.booleans()), max_size=8))
def test_only_whole_appends_precede_another_one(
    tmp_path_factory: pytest.TempPathFactory, appends: list[tuple[bytes, int | None, bool]]
) -> None:
    """Whatever fails, writing or taking back, what was stored stays, and no line ever follows a torn one."""
    path = tmp_path_factory.mktemp("lines") / "file"
    file = LineFile(path)
    stored = b""
    for data, bytes_left, refuses_to_cut in appends:
        disk = Disk(bytes_left, refuses_to_cut)
        with patch.object(os, "write", disk.write), patch.object(os, "ftruncate", disk.cut):
            try:
                file.append(data)
                stored += data
            except StoreError:
                pass
        found = path.read_bytes()
        assert found.startswith(stored)
        assert data.startswith(found[len(stored) :]) or refuses_to_cut
    file.append(b"last\n")
    assert path.read_bytes() == stored + b"last\n"
    file.close()


def test_a_sync_that_fails_takes_the_lines_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that may not have reached the disk is not left for a reader to find."""

    def fail(_handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    file = LineFile(tmp_path / "file")
    file.append(b"first\n")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync" if hasattr(os, "fdatasync") else "fsync", fail)
        with pytest.raises(StoreError, match="Input/output error"):
            file.append(b"second\n")
    assert file.path.read_bytes() == b"first\n"


def test_lines_do_not_go_to_a_file_that_was_removed(tmp_path: Path) -> None:
    """Removing the file while it is open is a store error at the next line, not a silent loss."""
    file = LineFile(tmp_path / "file")
    file.path.unlink()
    with pytest.raises(StoreError, match="removed while it was being written"):
        file.append(b"line\n")


def test_a_file_that_is_no_longer_used_is_closed(tmp_path: Path) -> None:
    """Neither closing twice nor forgetting to close leaves a handle open or warns."""
    file = LineFile(tmp_path / "file")
    file.close()
    file.close()
    LineFile(tmp_path / "other").append(b"line\n")
