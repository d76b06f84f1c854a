"""Gunzip with a limit, so that a few bytes cannot unfold into a full memory."""

from __future__ import annotations

import gzip
import zlib
from typing import IO

from benchkit.data.faults import fault


def gunzip(source: IO[bytes], *, limit: int, where: object, next_step: str) -> bytes:
    """Return the unpacked bytes of a gzip stream, ``limit`` + 1 of them at most.

    One byte more than the limit tells the caller that there was too much, without unpacking it all.

    Raises:
        DataError: the stream is no gzip, truncated or corrupt.
    """
    try:
        with gzip.GzipFile(fileobj=source, mode="rb") as stream:
            return stream.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise fault(
            where, got=f"broken gzip data ({error})", expected="a whole gzip file", next_step=next_step
        ) from error
