"""Schema and digest: whole files that say what they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from verify_helpers import check_of, edit_manifest, edit_row, found_in, fresh_run, name_of, rows_of, write_rows

from benchkit.results.cell import ADDED


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return fresh_run(tmp_path)


def test_a_byte_more_breaks_the_digest(run: Path) -> None:
    """Even a blank line, which changes no row."""
    with (run / "cells.jsonl").open("a") as file:
        file.write("\n")
    (found,) = check_of(run, "digest").disagreements
    assert (found.where, found.field) == ("run.json", "cells_sha256")
    assert "changed after the run had ended" in found.why


def test_a_digest_that_was_taken_out_is_missed(run: Path) -> None:
    """A run that has ended has one."""
    edit_manifest(run, lambda manifest: manifest.pop("cells_sha256"))
    assert found_in(check_of(run, "digest")) == {("run.json", "cells_sha256")}


@pytest.mark.parametrize("changes", [{"state": "running"}, {"schema": 1}])
def test_a_run_that_can_have_no_digest_is_not_wrong(changes: dict[str, object], run: Path) -> None:
    """One that has not ended, and one from before there were digests."""
    edit_manifest(run, lambda manifest: (manifest.pop("cells_sha256"), manifest.update(changes)))
    check = check_of(run, "digest")
    assert check.result == "not checked"
    assert "holds no cells_sha256" in check.unchecked[0]


def test_a_row_is_never_newer_than_its_run(run: Path) -> None:
    """A run.json that was set back to schema 1 is caught by its rows."""
    edit_manifest(run, lambda manifest: manifest.update(schema=1))
    assert found_in(check_of(run, "schema")) == {(name_of(row), "schema") for row in rows_of(run)}


def test_an_older_row_has_no_newer_fields(run: Path) -> None:
    """A row that was set back to schema 1 is caught by what it holds; one that holds nothing newer may be one."""
    rows = rows_of(run)
    rows[0].update(schema=1, group_seconds=1.5)
    rows[1] = {**{name: value for name, value in rows[1].items() if name not in ADDED}, "schema": 1}
    write_rows(run, rows)
    assert (name_of(rows[0]), "group_seconds") in found_in(check_of(run, "schema"))
    assert name_of(rows[1]) not in {where for where, _ in found_in(check_of(run, "schema"))}


def test_what_the_reader_noted_is_reported(run: Path) -> None:
    """A torn last line and a row that stands there twice are no disagreement of their own, and are said."""
    edit_row(run, 0)
    text = (run / "cells.jsonl").read_text()
    (run / "cells.jsonl").write_text(text + text.splitlines()[0] + '\n{"schema"')
    notes = check_of(run, "schema").notes
    assert len(notes) == 2
    assert any("torn" in note for note in notes)


def test_a_run_that_is_not_finished_is_said_to_be_so(run: Path) -> None:
    """An interrupted run may be right in all that it holds."""
    edit_manifest(run, lambda manifest: manifest.update(state="interrupted"))
    check = check_of(run, "schema")
    assert check.result == "agrees"
    assert check.notes == ("the run is not finished: run.json says 'interrupted'",)
