"""Mending what a killed process left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from store_helpers import cell

from benchkit import StoreError
from benchkit.results import RunStore, read_run
from benchkit.results.mending import mend

LINES = [json.dumps(cell(seed=seed, reason="σ\n").to_dict()).encode() + b"\n" for seed in range(3)]
WHOLE = b"".join(LINES)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return the folder of a run of three cells that nobody writes."""
    RunStore.create(tmp_path, "run", {}).close()
    (tmp_path / "run" / "cells.jsonl").write_bytes(WHOLE)
    return tmp_path / "run"


def test_a_whole_run_is_left_as_it_is(run: Path) -> None:
    """Nothing is said and no byte is changed."""
    assert mend(run) == ()
    assert (run / "cells.jsonl").read_bytes() == WHOLE


@given(end=st.integers(0, len(WHOLE)))
@example(end=len(WHOLE) - 1)
@example(end=len(LINES[0]))
def test_a_file_cut_at_any_byte_keeps_every_whole_cell(tmp_path_factory: pytest.TempPathFactory, end: int) -> None:
    """After mending the file ends with a line break and reads without a note; it says what it mended, once."""
    run = tmp_path_factory.mktemp("mending")
    (run / "run.json").write_text('{"schema": 1}')
    path = run / "cells.jsonl"
    path.write_bytes(WHOLE[:end])
    before = len(read_run(run).cells)
    said = mend(run)
    text = path.read_bytes()
    assert WHOLE.startswith(text)
    assert text.count(b"\n") == before == sum(end >= len(b"".join(LINES[: number + 1])) - 1 for number in range(3))
    assert read_run(run).notes == ()
    assert len(said) == (text != WHOLE[:end])
    assert mend(run) == ()


@pytest.mark.parametrize(
    ("tail", "text"),
    [
        (b'{"schema": 2, "dat', "torn (18 bytes without a line break) and was cut off"),
        (b"\0" * 200_000, "torn (200000 bytes"),
        (b"\xff", "torn (1 bytes"),
        (b" ", "torn (1 bytes"),
    ],
)
def test_a_torn_last_line_is_cut_off(run: Path, tail: bytes, text: str) -> None:
    """Half a line, a block of zeros as a power cut leaves it, and bytes that are no text go; the cells stay."""
    with (run / "cells.jsonl").open("ab") as file:
        file.write(tail)
    (said,) = mend(run)
    assert text in said
    assert (run / "cells.jsonl").read_bytes() == WHOLE


def test_a_damaged_line_in_the_middle_is_left_to_the_reader(run: Path) -> None:
    """What no killed process can leave is not thrown away: opening succeeds, reading names the line."""
    (run / "cells.jsonl").write_bytes(LINES[0] + b"garbage\n" + LINES[2])
    with RunStore.reopen(run) as store:
        assert store.mended == ()
    with pytest.raises(StoreError, match=r"cells\.jsonl, line 2"):
        read_run(run)


def test_a_whole_record_of_another_schema_is_not_cut_off(run: Path) -> None:
    """A last line that is JSON is completed, even when only a newer benchkit can read it."""
    newer = json.dumps({"schema": 99}).encode()
    (run / "cells.jsonl").write_bytes(WHOLE + newer)
    assert len(mend(run)) == 1
    assert (run / "cells.jsonl").read_bytes() == WHOLE + newer + b"\n"


def test_files_that_are_not_whole_are_removed_and_named(run: Path) -> None:
    """Temporary files of the manifest and of scores go; everything else stays."""
    scores = run / "scores"
    scores.mkdir()
    parts = [run / ".run.json.17.part", scores / ".a.npz.17.part"]
    others = [scores / "a.npz", run / "notes.part", run / ".hidden"]
    for path in [*parts, *others]:
        path.write_bytes(b"x")
    assert mend(run) == (
        ".run.json.17.part was left half written and was removed.",
        "scores/.a.npz.17.part was left half written and was removed.",
    )
    assert not any(path.exists() for path in parts)
    assert all(path.exists() for path in others)


def test_a_missing_list_of_cells_is_made(run: Path) -> None:
    """A run whose cells.jsonl was lost goes on with an empty one, and says so."""
    (run / "cells.jsonl").unlink()
    assert mend(run) == ("cells.jsonl was missing; an empty one was made.",)
    assert len(read_run(run).cells) == 0


def test_a_folder_in_the_way_is_a_store_error(run: Path) -> None:
    """What cannot be mended is named."""
    (run / "cells.jsonl").unlink()
    (run / "cells.jsonl").mkdir()
    with pytest.raises(StoreError, match=r"cells\.jsonl: Is a directory"):
        mend(run)
