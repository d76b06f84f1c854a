"""Writing files so that a reader, or a machine that loses its power, never meets half a file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from benchkit.errors import StoreError


def write_atomically(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Replace ``path`` by what ``write`` puts into the binary file that it is given, all of it or nothing.

    Raises:
        StoreError: the file cannot be written; what was at ``path`` before is still there.
    """
    with refusals_of(path):
        temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
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


@contextlib.contextmanager
def refusals_of(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` met inside into a ``StoreError`` that names ``path`` and the next step."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"results: could not write {path}: {error.strerror or error}. Expected a folder that can be written to, "
            "with free space. Free some space, or name another results folder."
        ) from error
