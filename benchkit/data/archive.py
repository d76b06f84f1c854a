"""Arrays of numbers in an ``.npz`` archive that nobody vouches for.

They are read without pickle, and none is allocated on the word of a header: what a header claims must be in the file.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Sequence, Set
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from benchkit.data.faults import fault
from benchkit.errors import DataError

_PIECE = 1 << 20
_MOST_UNFOLDING = 1100  # deflate makes at most 1032 bytes out of one


def read_arrays(path: Path, choose: Callable[[Set[str]], Sequence[str]], *, next_step: str) -> list[NDArray[Any]]:
    """Return arrays of an archive, with their dtype: whole numbers or floats, at most four dimensions.

    Args:
        path: the file.
        choose: is given the names of the arrays that are there; returns those to read.
        next_step: what mends a broken archive, one sentence.

    Raises:
        DataError: missing, truncated, corrupt, pickled, a chosen array is not there, or not of numbers.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            held = {name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")}
            return [_read_array(archive, key, path, next_step) for key in choose(held)]
    except DataError:
        raise
    except FileNotFoundError as error:
        raise fault(path, got="no such file", expected="an .npz file", next_step="Check the path.") from error
    except Exception as error:  # arbitrary bytes make zipfile and zlib raise a dozen kinds
        found = f"a broken archive ({type(error).__name__}: {error})"
        raise fault(path, got=found, expected="a whole .npz file", next_step=next_step) from error


def _read_array(archive: zipfile.ZipFile, key: str, path: Path, next_step: str) -> NDArray[Any]:
    member = archive.getinfo(f"{key}.npy")
    in_file = min(member.compress_size, path.stat().st_size)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise fault(path, got=f"{key} packed in an unusual way", expected="stored or deflated", next_step=next_step)
    if member.file_size > _MOST_UNFOLDING * (in_file + 1):
        raise fault(path, got=f"{key} said to have {member.file_size:,} bytes", expected="fewer", next_step=next_step)
    where = f"{key} in {path}"
    with archive.open(member) as stream:
        array = _read_npy(stream, member.file_size, where, next_step)
        if stream.read(1):  # at its end the archive looks at the checksum as well
            raise fault(where, got="more bytes than it should have", expected="an array", next_step=next_step)
    return array


def _read_npy(stream: IO[bytes], size: int, where: str, next_step: str) -> NDArray[Any]:
    """Return the array of a member of ``size`` bytes, read to where it stays: it may take most of the memory."""
    try:
        version = npy_format.read_magic(stream)
        read_header = npy_format.read_array_header_1_0 if version == (1, 0) else npy_format.read_array_header_2_0
        shape, fortran_order, dtype = read_header(stream)
    except Exception as error:  # a header is a Python literal: arbitrary bytes make its parser raise anything
        raise fault(where, got=f"a broken header ({error})", expected="a NumPy array", next_step=next_step) from error
    if dtype.kind not in "uif" or min(shape, default=0) < 0 or len(shape) > 4:
        raise fault(where, got=f"{dtype} of shape {shape}", expected="an array of numbers", next_step=next_step)
    left = size - stream.tell()
    items = _read_bytes(stream, left) if left == math.prod(shape) * dtype.itemsize else None
    if items is None:
        raise fault(where, got=f"{left:,} bytes of items", expected=f"an array of {shape}", next_step=next_step)
    array: NDArray[Any] = items.view(dtype)
    return array.reshape(shape, order="F" if fortran_order else "C")


def _read_bytes(stream: IO[bytes], count: int) -> NDArray[np.uint8] | None:
    """Return so many bytes, None where there are fewer."""
    items = np.empty(count, dtype=np.uint8)
    filled = 0
    while filled < count and (some := stream.read(min(_PIECE, count - filled))):
        items[filled : filled + len(some)] = np.frombuffer(some, dtype=np.uint8)
        filled += len(some)
    return items if filled == count else None
