"""Which runs a history is of, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest
from history_helpers import cell, write_run

from benchkit import StoreError, UsageError
from benchkit.history import read_runs


def names(*paths: Path) -> list[str]:
    """Return the names of the runs in their order."""
    return [run.folder.name for run in read_runs(paths).runs]


def test_runs_stand_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    """Neither their names nor the order in which they are given counts."""
    folders = [write_run(tmp_path, name, cell(), day=day) for name, day in [("a", 20), ("b", 3), ("c", 11)]]
    assert names(*folders) == ["b", "c", "a"]


def test_times_of_other_zones_are_compared_as_moments(tmp_path: Path) -> None:
    """23:30 in New York is later than 04:00 the next day in Berlin."""
    late = write_run(tmp_path, "late", cell(), started="2026-03-01T23:30:00-05:00")
    early = write_run(tmp_path, "early", cell(), started="2026-03-02T04:00:00+01:00")
    assert names(late, early) == ["early", "late"]


def test_a_folder_stands_for_the_runs_in_it(tmp_path: Path) -> None:
    """Beside runs of their own; a run that is given twice counts once."""
    inside = write_run(tmp_path / "nightly", "two", cell(), day=2)
    write_run(tmp_path / "nightly", "one", cell(), day=1)
    other = write_run(tmp_path / "other", "three", cell(), day=3)
    assert names(tmp_path / "nightly", other, inside, inside / "run.json") == ["one", "two", "three"]


@pytest.mark.parametrize("started", ["yesterday", "", None, 7, "2026-99-01", "9999-12-31T23:59:59-12:00"])
def test_a_run_that_does_not_say_when_it_began_stands_first_with_a_note(tmp_path: Path, started: object) -> None:
    """It is not dropped, and its place is explained."""
    write_run(tmp_path, "known", cell(), day=1)
    write_run(tmp_path, "unknown", cell(), started=started)
    found = read_runs([tmp_path])
    assert [run.folder.name for run in found.runs] == ["unknown", "known"]
    assert found.notes == ("unknown: its run.json does not say when it began: it stands before all others.",)


def test_a_damaged_run_in_a_folder_is_left_out_and_named(tmp_path: Path) -> None:
    """One broken night does not hide the others."""
    write_run(tmp_path, "good", cell())
    (write_run(tmp_path, "bad", cell()) / "run.json").write_text("{")
    found = read_runs([tmp_path])
    assert [run.folder.name for run in found.runs] == ["good"]
    (note,) = found.notes
    assert note.startswith("Left out: ")
    assert "bad" in note


def test_a_damaged_run_that_was_named_is_an_error(tmp_path: Path) -> None:
    """Who asks for a run gets it or an error."""
    folder = write_run(tmp_path, "bad", cell())
    (folder / "run.json").write_text("{")
    with pytest.raises(StoreError, match="not JSON"):
        read_runs([folder])


def test_a_folder_of_damaged_runs_is_an_error(tmp_path: Path) -> None:
    """With nothing left to show, the first error is raised."""
    (write_run(tmp_path, "bad", cell()) / "run.json").write_text("{")
    with pytest.raises(StoreError, match="not JSON"):
        read_runs([tmp_path])


@pytest.mark.parametrize("name", ["", "missing"])
def test_no_run_is_a_usage_error(tmp_path: Path, name: str) -> None:
    """An empty folder and one that is not there: the path and the next step are named."""
    with pytest.raises(UsageError, match=r"neither a run nor a folder of runs.*benchkit run") as caught:
        read_runs([tmp_path / name])
    assert str(tmp_path / name) in str(caught.value)


def test_what_was_mended_is_noted_with_the_name_of_the_run(tmp_path: Path) -> None:
    """A torn last line is told."""
    folder = write_run(tmp_path, "torn", cell())
    with (folder / "cells.jsonl").open("a") as file:
        file.write('{"schema"')
    (note,) = read_runs([folder]).notes
    assert note.startswith("torn: ")
