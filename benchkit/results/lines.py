"""A file of lines that only grows: a line is there whole, and on the disk, or not at all."""

from __future__ import annotations

import errno
import os
import weakref
from pathlib import Path

from benchkit.results.atomic import refusals_of, sync_data


class LineFile:
    """A file that is kept open for appending; made when it is not there.

    Args:
        path: the file.

    Raises:
        StoreError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with refusals_of(path):
            file = path.open("ab", buffering=0)
        self._handle = file.fileno()
        self._torn_at: int | None = None
        self._close = weakref.finalize(self, file.close)

    def append(self, lines: bytes) -> None:
        """Add whole lines with one write and one sync; when this returns, they are on the disk.

        Raises:
            StoreError: the disk is full or failed, or the file was removed; none of ``lines`` is left behind.
        """
        with refusals_of(self.path):
            self._cut_back()
            end = self._end()
            try:
                _write_whole(self._handle, lines)
                sync_data(self._handle)
            except BaseException:
                self._torn_at = end
                self._try_to_cut_back()
                raise

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        self._close()

    def _end(self) -> int:
        status = os.fstat(self._handle)
        if status.st_nlink == 0:  # lines would go to a file that nobody can open again
            raise OSError(errno.ENOENT, "it was removed while it was being written")
        return status.st_size

    def _cut_back(self) -> None:
        """Take back what a failed append left behind, or the next line would join a torn one."""
        if self._torn_at is not None:
            os.ftruncate(self._handle, self._torn_at)
            self._torn_at = None

    def _try_to_cut_back(self) -> None:
        try:
            self._cut_back()
        except OSError:
            return  # the next append tries again, before it writes


def _write_whole(handle: int, data: bytes) -> None:
    """Write all of ``data``: a disk that fills up takes a part of it before it refuses."""
    while data:
        data = data[os.write(handle, data) :]
