"""The IDX format: any bytes give an array or a DataError."""

from __future__ import annotations

import struct
import tracemalloc

import numpy as np
import pytest
from data_helpers import FUZZ, idx_bytes, pixels
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as array_strategies

from benchkit import DataError
from benchkit.data import parse_idx

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
GOOD = idx_bytes(pixels(3, 2, 2))


@FUZZ
@given(
    st.sampled_from(sorted(CODES)).flatmap(
        lambda kind: array_strategies.arrays(np.dtype(kind), array_strategies.array_shapes(max_dims=4, max_side=4))
    )
)
def test_what_was_written_is_read(array: np.ndarray) -> None:
    """Every type and shape of the format comes back with its values, in native byte order."""
    read = parse_idx(idx_bytes(array, CODES[array.dtype.str[1:]]), where="toy")
    assert read.dtype == array.dtype.newbyteorder("=")
    assert read.dtype.isnative
    np.testing.assert_array_equal(read, array)


@FUZZ
@given(st.binary(max_size=64) | st.binary(max_size=40).map(lambda tail: b"\0\0\x08\x03" + tail))
def test_any_bytes_give_an_array_or_a_data_error(raw: bytes) -> None:
    """No other exception ever leaves the parser, and an array holds exactly the bytes behind the header."""
    try:
        array = parse_idx(raw, where="toy")
    except DataError:
        return
    assert array.nbytes == len(raw) - 4 - 4 * array.ndim


@pytest.mark.parametrize("length", range(len(GOOD)))
def test_every_truncation_is_refused(length: int) -> None:
    """A file cut anywhere is a DataError that names it."""
    with pytest.raises(DataError, match="toy: got"):
        parse_idx(GOOD[:length], where="toy")


@pytest.mark.parametrize(
    "raw",
    [
        GOOD + b"\0",
        b"\x1f\x8b" + GOOD[2:],
        b"\0\0\x07\x03" + GOOD[4:],
        b"\0\0\x08\0",
        b"\0\0\x08\xff" + bytes(2000),
        b"\0\0\x08\x02" + struct.pack(">2I", 0, 28),
    ],
    ids=["trailing", "gzip", "type", "no dimensions", "255 dimensions", "no items"],
)
def test_what_is_no_idx_is_refused(raw: bytes) -> None:
    """Trailing bytes, wrong magic numbers and empty arrays are DataErrors with got and expected."""
    with pytest.raises(DataError, match=r"toy: got .*; expected .*\. "):
        parse_idx(raw, where="toy")


def test_a_lying_header_allocates_nothing() -> None:
    """Sizes that the file cannot hold are refused before memory is taken."""
    raw = b"\0\0\x0e\x04" + struct.pack(">4I", *[2**32 - 1] * 4) + bytes(100)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="4294967295×4294967295"):
            parse_idx(raw, where="toy")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
