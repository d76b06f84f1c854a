"""Rows of whole numbers: the line and the cell of the first fault are named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from data_helpers import FUZZ
from hypothesis import given
from hypothesis import strategies as st

from benchkit import DataError
from benchkit.data.number_rows import parse_rows, read_lines


@FUZZ
@given(st.lists(st.lists(st.integers(-(10**8), 10**8), min_size=3, max_size=3), min_size=1, max_size=5))
def test_numbers_come_back(rows: list[list[int]]) -> None:
    """What is written with one delimiter between two cells is read."""
    lines = [",".join(map(str, row)) for row in rows]
    np.testing.assert_array_equal(parse_rows(lines, ",", where="toy"), rows)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["1,2,3", "1,2"], "line 12 of toy: got 2 cells; expected 3 cells"),
        (["1,2,3", "1,2,3,4"], "line 12 of toy: got 4 cells; expected 3 cells"),
        (["1,2,3", "", "1,2,3"], "line 12 of toy: got 1 cells; expected 3 cells"),
        (["1,2,x"], "line 11 of toy: got 'x' in cell 3"),
        (["1,2,"], "line 11 of toy: got '' in cell 3"),
        (["1,2,0.5"], "line 11 of toy: got '0.5' in cell 3"),
        (["1,2,nan"], "line 11 of toy: got 'nan' in cell 3"),
        (["1,2,99999999999999999999"], "line 11 of toy: got '99999999999999999999' in cell 3"),
        (["1,2,3 # why"], "line 11 of toy: got '3 # why' in cell 3"),
        (["1,2,0\U0010ffff"], "line 11 of toy: got '0\\U0010ffff' in cell 3"),
        (["1", "2"], "line 11 of toy: got 1 cells; expected 2 cells"),
        ([], "toy: got no rows"),
    ],
)
def test_the_first_fault_is_named(lines: list[str], found: str) -> None:
    """Ragged rows, blank lines, and cells that are no whole number are found by line and cell."""
    with pytest.raises(DataError) as caught:
        parse_rows(lines, ",", where="toy", first_line=11)
    assert str(caught.value).startswith(found)


@FUZZ
@given(
    st.lists(st.text(st.characters(blacklist_characters="\n"), max_size=12), max_size=4), st.sampled_from([",", " "])
)
def test_any_lines_give_rows_or_a_data_error(lines: list[str], delimiter: str) -> None:
    """Whatever stands in the lines, there is one row a line, or a DataError."""
    try:
        rows = parse_rows(lines, delimiter, where="toy")
    except DataError:
        return
    assert len(rows) == len(lines)


def test_lines_are_read_without_mark_ends_and_trailing_blanks(tmp_path: Path) -> None:
    """A byte order mark, Windows line ends and blank lines at the end do not count."""
    (tmp_path / "toy").write_bytes(b"\xef\xbb\xbf1,2 \r\n\r\n3,4\t\r\n\r\n")
    assert read_lines(tmp_path / "toy") == ["1,2", "", "3,4"]


@pytest.mark.parametrize("content", [None, b"\xff\xfe1\0"])
def test_no_text_is_a_data_error(tmp_path: Path, content: bytes | None) -> None:
    """A missing file and bytes that are no UTF-8 are DataErrors that name the path."""
    if content is not None:
        (tmp_path / "toy").write_bytes(content)
    with pytest.raises(DataError, match=str(tmp_path / "toy")):
        read_lines(tmp_path / "toy")
