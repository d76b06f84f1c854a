"""Is this the file that was published? Size and SHA-256 of the raw bytes, checked at every load."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from benchkit.contract import RemoteFile
from benchkit.data.compression import gunzip
from benchkit.data.faults import fault
from benchkit.data.locations import fetch_command, find, search_folders
from benchkit.errors import DataError


def verify(file: RemoteFile) -> Path:
    """Return where ``file`` lies, after its size and SHA-256 have been checked.

    Raises:
        DataError: it is missing, unreadable, truncated or not the published file.
    """
    path = require(file)
    read_verified(file, path)
    return path


def require(file: RemoteFile) -> Path:
    """Return where ``file`` lies, or raise a DataError that names the command that brings it."""
    path = find(file)
    if path is None:
        raise missing(file)
    return path


def missing(file: RemoteFile, *, because: str = "") -> DataError:
    """Return the error for a file that is in none of the search folders."""
    places = ", ".join(str(folder) for folder in search_folders())
    return fault(
        file.path,
        got=f"no such file{because}",
        expected=f"it (or it with .gz behind its name) below one of: {places}",
        next_step=f"Fetch it with `{fetch_command(file)}`, or point BENCHKIT_DATA at a folder that holds it.",
    )


def read_verified(file: RemoteFile, path: Path) -> bytes:
    """Return the raw bytes of ``file`` at ``path``, which may be gzipped; never more than its published size.

    Raises:
        DataError: unreadable, broken gzip, wrong size or wrong SHA-256.
    """
    mend = f"Delete it and run `{fetch_command(file)}`."
    try:
        with path.open("rb") as stream:
            zipped = path.name != PurePosixPath(file.path).name
            raw = gunzip(stream, limit=file.size, where=path, next_step=mend) if zipped else stream.read(file.size + 1)
    except OSError as error:
        raise fault(path, got=f"an unreadable file ({error})", expected="a readable one", next_step=mend) from error
    _check(file, raw, path, mend)
    return raw


def _check(file: RemoteFile, raw: bytes, path: Path, mend: str) -> None:
    if len(raw) != file.size:
        found = f"more than {file.size:,}" if len(raw) > file.size else f"{len(raw):,}"
        raise fault(path, got=f"{found} bytes of raw data", expected=f"{file.size:,}", next_step=mend)
    found = hashlib.sha256(raw).hexdigest()
    if found != file.sha256.lower():
        raise fault(path, got=f"raw data with SHA-256 {found}", expected=file.sha256.lower(), next_step=mend)
