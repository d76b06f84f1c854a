"""Bring the published files here: several mirrors in turn, retried, verified, never half a file in place.

Pooch downloads to a temporary file beside the target, compares the SHA-256 and only then renames.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import IO, Any

import pooch
from tqdm import tqdm

from benchkit.contract import RemoteFile
from benchkit.data.compression import gunzip
from benchkit.data.faults import fault
from benchkit.data.locations import cache_folder, fetch_command, find, is_offline
from benchkit.data.verifying import missing, read_verified, require
from benchkit.errors import DataError

RETRIES = 1
"""How often each mirror is asked again before the next one is."""

_CONNECT_AND_READ_SECONDS = (10, 30)
_CHUNK_BYTES = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"


def fetch(file: RemoteFile) -> Path:
    """Return where ``file`` lies, downloading it into the user's cache when it is not here yet.

    A wrong file in the cache is replaced; a wrong file in a folder of ``BENCHKIT_DATA`` is the user's and stays.

    Raises:
        DataError: no mirror gave the published bytes, the network is off limits (``BENCHKIT_OFFLINE``), or a
            wrong file stands in a folder of ``BENCHKIT_DATA``.
    """
    path = find(file)
    if path is not None:
        try:
            read_verified(file, path)
            return path
        except DataError:
            if not path.is_relative_to(cache_folder()) or is_offline():
                raise
    if is_offline():
        raise missing(file, because=" and the network is off limits (BENCHKIT_OFFLINE or --offline)")
    return _download(file)


def read_raw(file: RemoteFile, *, download: bool) -> bytes:
    """Return the raw (gunzipped) bytes of ``file``, verified against its SHA-256 at every call.

    Args:
        file: what to read.
        download: fetch it when it is not on this machine; otherwise that is an error.

    Raises:
        DataError: missing (and not to be downloaded, or not downloadable), truncated or corrupt.
    """
    path = fetch(file) if download and find(file) is None else require(file)
    return read_verified(file, path)


def _download(file: RemoteFile) -> Path:
    refusals = []
    for url in file.urls:
        try:
            return _download_from(url, file)
        except (OSError, ValueError, DataError) as error:  # requests' errors are OSErrors; a wrong hash a ValueError
            refusals.append(f"{url}: {' '.join(str(error).split()) or type(error).__name__}")
    raise fault(
        file.path,
        got=f"no download into {cache_folder()} ({'; '.join(refusals) or 'it has no mirror'})",
        expected=f"{file.size:,} raw bytes with SHA-256 {file.sha256}",
        next_step=f"Look at the network, then run `{fetch_command(file)}` again, or point BENCHKIT_DATA at a folder "
        "that holds the file.",
    )


def _download_from(url: str, file: RemoteFile) -> Path:
    pooch.get_logger().setLevel(logging.WARNING)  # the progress bar says the same
    store = pooch.create(
        path=cache_folder(),
        base_url="",
        registry={file.path: f"sha256:{file.sha256.lower()}"},
        urls={file.path: url},
        retry_if_failed=RETRIES,
    )
    return Path(store.fetch(file.path, downloader=_Downloader(file)))


class _Downloader:
    """A pooch downloader that leaves the raw file behind, so that pooch compares the raw SHA-256.

    Args:
        file: what is downloaded; its size is the limit.
    """

    def __init__(self, file: RemoteFile) -> None:
        self.file = file

    def __call__(self, url: str, output_file: str, _pooch: object, check_only: bool = False) -> None:
        """Download ``url`` and write its raw bytes to ``output_file``; a ValueError makes pooch try again."""
        with tempfile.TemporaryFile() as packed:
            self._receive(url, _Limited(packed, limit=self.file.size + self.file.size // 100 + 4096))
            packed.seek(0)
            Path(output_file).write_bytes(self._unpack(packed, url))

    def _receive(self, url: str, output: _Limited) -> None:
        # disable=None: no bar where standard error is not a terminal
        with tqdm(total=self.file.size, desc=self.file.path, unit="B", unit_scale=True, disable=None) as bar:
            pooch.HTTPDownloader(
                progressbar=bar,
                chunk_size=_CHUNK_BYTES,
                timeout=_CONNECT_AND_READ_SECONDS,
                headers={"Accept-Encoding": "identity"},
            )(url, output, None)

    def _unpack(self, packed: IO[bytes], url: str) -> bytes:
        # some servers unpack a .gz on the way, so the address alone does not tell
        magic = packed.read(2)
        packed.seek(0)
        if not (url.endswith(".gz") and magic == _GZIP_MAGIC):
            return packed.read()
        try:
            return gunzip(packed, limit=self.file.size, where=url, next_step="")
        except DataError as error:
            raise ValueError(str(error)) from error


class _Limited:
    """A file to write to that refuses more than ``limit`` bytes: a mirror cannot fill the disk."""

    def __init__(self, output: IO[bytes], *, limit: int) -> None:
        self.output = output
        self.left = limit

    def write(self, chunk: bytes) -> Any:
        self.left -= len(chunk)
        if self.left < 0:
            raise ValueError("more bytes than the file has")
        return self.output.write(chunk)

    def flush(self) -> None:
        self.output.flush()
