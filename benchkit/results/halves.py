"""A large ``cells.jsonl`` in two halves, the second of which another process reads meanwhile."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGE = 1 << 27
"""Bytes from which on a second process pays for its start."""

_TAIL = 1 << 20


class SecondHalf:
    """The whole lines in the second half of a file, on their way from another process.

    Attributes:
        begin: where the half begins, in bytes.
        end: where its last whole line ends.
    """

    def __init__(self, path: Path, begin: int, end: int) -> None:
        self.begin, self.end = begin, end
        command = [sys.executable, "-P", "-m", "benchkit.results.half", str(path), str(begin), str(end)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def arrays(self) -> Mapping[str, NDArray[Any]] | None:
        """Return what was read, as ``Columns.arrays``, and the number of ``lines``; None when that did not go well."""
        content, _ = self._process.communicate()
        if self._process.returncode != 0:
            return None
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        except (OSError, ValueError, zipfile.BadZipFile):
            return None

    def forget(self) -> None:
        """End the other process: nobody wants its half any more."""
        self._process.kill()
        self._process.communicate()


def second_half(path: Path) -> SecondHalf | None:
    """Begin to read the second half of a file in another process; None for a file that is not worth it."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < LARGE or (os.cpu_count() or 1) < 2:
                return None
            file.seek(size // 2)
            file.readline()
            begin = file.tell()
            file.seek(max(begin, size - _TAIL))
            last = file.read(_TAIL).rfind(b"\n")
            end = max(begin, size - _TAIL) + last + 1
        return SecondHalf(path, begin, end) if last >= 0 and end > begin else None
    except OSError:  # such as no process to be had: this one can do it alone
        return None
