"""Writing files so that a reader, or a machine that loses its power, never meets half a file."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from benchkit.errors import StoreError

PART_SUFFIX = ".part"
"""How the name of a file ends that is not whole yet; it begins with a dot."""

_NO_FOLDER_SYNC = {errno.EACCES, errno.EINVAL, errno.ENOTSUP}


def write_atomically(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Replace ``path`` by what ``write`` puts into the binary file that it is given, all of it or nothing.

    Raises:
        StoreError: the file cannot be written; what was at ``path`` before is still there.
    """
    with refusals_of(path):
        temporary = path.with_name(f".{path.name}.{os.getpid()}{PART_SUFFIX}")
        try:
            with temporary.open("wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in ``folder`` to the disk: a new file that is synced has no name after a power cut until then.

    Does nothing where a folder cannot be synced: on Windows, on some network drives, without leave to list it.

    Raises:
        OSError: the disk failed.
    """
    if os.name == "nt":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise


def sync_data(handle: int) -> None:
    """Bring what was written to the disk, its length included.

    ``fdatasync`` leaves out only the time of the last change, which no reader of a run needs.

    Raises:
        OSError: the disk failed or is full.
    """
    getattr(os, "fdatasync", os.fsync)(handle)


@contextlib.contextmanager
def refusals_of(path: Path, *, action: str = "write") -> Iterator[None]:
    """Turn an ``OSError`` met inside into a ``StoreError`` that names ``action``, ``path`` and the next step."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"results: could not {action} {path}: {error.strerror or error}. Expected a folder that can be written to, "
            "with free space. Free some space, or name another results folder."
        ) from error
