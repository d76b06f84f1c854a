"""The IDX format: a magic number, the sizes, the items.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, the page of their database of handwritten digits: two zero bytes, a type
byte, the number of dimensions, one big-endian 32-bit size a dimension, then the items in C order, big-endian.
"""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchkit.data.faults import fault

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MOST_DIMENSIONS = 8
_MEND = "Delete the file and fetch or make it again."


def parse_idx(raw: bytes, *, where: str) -> NDArray[Any]:
    """Return the array in raw (gunzipped) IDX bytes, in native byte order.

    Nothing is allocated on the header's word: the sizes must fit the bytes that are there.

    Args:
        raw: the whole file.
        where: its path, for messages.

    Raises:
        DataError: wrong magic number, truncated, trailing bytes, or no items at all.
    """
    dtype, dimensions = _parse_magic(raw, where)
    start = 4 + 4 * dimensions
    if len(raw) < start:
        raise fault(where, got=f"{len(raw)} bytes", expected=f"a header of {start} bytes", next_step=_MEND)
    shape = struct.unpack_from(f">{dimensions}I", raw, 4)
    expected = start + math.prod(shape) * dtype.itemsize
    if len(raw) != expected or 0 in shape:
        raise fault(
            where,
            got=f"{len(raw):,} bytes",
            expected=f"{expected:,} bytes for items of shape {'×'.join(map(str, shape))}, none of them zero",
            next_step=_MEND,
        )
    return np.frombuffer(raw, dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))


def _parse_magic(raw: bytes, where: str) -> tuple[np.dtype[Any], int]:
    head = raw[:4]
    good = len(head) == 4 and head[:2] == b"\0\0" and head[2] in _TYPES and 1 <= head[3] <= _MOST_DIMENSIONS
    if not good:
        raise fault(
            where,
            got=f"the first bytes {head.hex(' ') or 'of an empty file'}",
            expected="an IDX magic number such as 00 00 08 03 (bytes, three dimensions)",
            next_step=_MEND,
        )
    return np.dtype(_TYPES[head[2]]), head[3]
