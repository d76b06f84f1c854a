"""A file that two processes read is what one would have read: the same cells, notes and errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal
from store_helpers import cell

from benchkit.errors import StoreError
from benchkit.results import cells_file, halves

GOLDEN = Path(__file__).with_name("golden") / "schema-1" / "cells.jsonl"


def written(folder: Path, tail: bytes = b"") -> Path:
    """Write three hundred cells of many texts, undefined numbers and two schemas, with blank lines between."""
    new = [
        json.dumps(
            cell(detector=f"d-{place % 7}", reason=f"é \\ {place}", seed=place, batch_size=place or None).to_dict()
        )
        for place in range(300)
    ]
    old = GOLDEN.read_text().splitlines()
    path = folder / "cells.jsonl"
    path.write_bytes("\n".join([*new[:100], "", *old, *new[100:], ""]).encode() + tail)
    return path


@pytest.fixture
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any file be worth a second process."""
    monkeypatch.setattr(halves, "LARGE", 1)
    monkeypatch.setattr(halves.os, "cpu_count", lambda: 2)


@pytest.mark.parametrize("tail", [b"", b'{"torn', b"\n\n"])
def test_two_processes_read_what_one_reads(
    tail: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Every value, every dtype, the order, and the note about a torn last line."""
    path = written(tmp_path, tail)
    alone, notes = cells_file.read_cells(path)
    request.getfixturevalue("small_is_large")
    asked = []
    real = halves.SecondHalf.arrays
    monkeypatch.setattr(halves.SecondHalf, "arrays", lambda self: asked.append(real(self)) or asked[-1])
    together, same_notes = cells_file.read_cells(path)
    assert asked[0] is not None
    assert int(asked[0]["lines"]) > 100
    assert_frame_equal(together, alone)
    assert same_notes == notes
    assert bool(notes) == (tail == b'{"torn')


@pytest.mark.usefixtures("small_is_large")
@pytest.mark.parametrize("place", [3, 250])
def test_a_damaged_line_is_named_in_either_half(place: int, tmp_path: Path) -> None:
    """By its number in the file, as if one process had read it."""
    path = written(tmp_path)
    lines = path.read_bytes().split(b"\n")
    lines[place] = b'{"schema": 2}'
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(StoreError, match=rf"cells\.jsonl, line {place + 1}: got a cell without"):
        cells_file.read_cells(path)


@pytest.mark.usefixtures("small_is_large")
def test_a_second_process_that_dies_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its half is read again."""
    path = written(tmp_path)
    expected, _ = cells_file.read_cells(path)
    real = halves.SecondHalf.__init__

    def begin(self: halves.SecondHalf, path: Path, begin: int, end: int) -> None:
        real(self, path, begin, end)
        self._process.kill()

    monkeypatch.setattr(halves.SecondHalf, "__init__", begin)
    assert_frame_equal(cells_file.read_cells(path)[0], expected)


def test_a_small_file_is_read_by_one_process(tmp_path: Path) -> None:
    """A start would cost more than it saves; an empty one, and one of a single line, have no halves at all."""
    assert halves.second_half(written(tmp_path)) is None
    (tmp_path / "empty").touch()
    (tmp_path / "line").write_bytes(b"{}\n")
    assert halves.second_half(tmp_path / "empty") is None
    assert halves.second_half(tmp_path / "line") is None
