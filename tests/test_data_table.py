"""The user's own CSV table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from data_helpers import FUZZ, labelled
from hypothesis import given
from hypothesis import strategies as st

from benchkit import DataError
from benchkit.data import checksum, split_stratified, to_bytes
from benchkit.data.table import TableDataset

HEADERS = ["", "label,1x1,1x2\n", '"label","pixel1"\n', "class,0,1,2\n"]


def write(path: Path, text: str | bytes) -> TableDataset:
    """Put a table where the data set looks for it."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return TableDataset("toy", str(path))


@pytest.mark.parametrize("header", HEADERS)
def test_label_and_pixels_are_read_with_or_without_a_header(tmp_path: Path, header: str) -> None:
    """The same images as were written, split as always; a header is recognised and skipped."""
    data = labelled(20)
    rows = np.column_stack([data.labels.numpy(), to_bytes(data.images).reshape(20, -1)])
    text = "\n".join(",".join(map(str, row)) for row in rows)
    splits = write(tmp_path / "toy.csv", header + text).load()
    assert checksum(splits) == checksum(split_stratified(data))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "no rows"),
        ("label,p\n", "no rows"),
        ("label,p0\n1,2\n1,2,3\n", "line 3 of .*3 cells"),
        ("1,2\n1,x\n", "line 2 of .*'x' in cell 2"),
        ("1,2\n1,256\n", "a pixel of 256 in image 2"),
        ("1,2\n1,-1\n", "a pixel of -1 in image 2"),
        ("-1,2\n1,2\n", "labels .* from -1 to 1"),
        ("1,2,3\n1,2,3\n", r"images of shape \(2, 2\)"),
        ("1,2\n2,2\n", "no class with two"),
        (b"\xff\xff", "no readable text"),
    ],
)
def test_a_wrong_table_names_file_and_place(tmp_path: Path, text: str | bytes, found: str) -> None:
    """Empty, ragged, non-numeric, out-of-range and not-square tables are DataErrors with path and place."""
    with pytest.raises(DataError, match=found) as caught:
        write(tmp_path / "toy.csv", text).load()
    assert str(tmp_path / "toy.csv") in str(caught.value)


@FUZZ
@given(st.binary(max_size=60) | st.text('0123456789,\n -+.e"x', max_size=60).map(str.encode))
def test_any_bytes_give_data_or_a_data_error(tmp_path: Path, raw: bytes) -> None:
    """No other exception ever leaves the reader."""
    dataset = write(tmp_path / "toy.csv", raw)
    try:
        splits = dataset.load()
    except DataError:
        return
    assert len(splits.train) > 0
    assert len(splits.test) > 0
