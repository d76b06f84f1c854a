"""The single times of a run, held against its rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from verify_helpers import check_of, edit_manifest, edit_row, found_in, fresh_run, name_of, rows_of, write_rows

Lines = list[dict[str, Any]]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return fresh_run(tmp_path)


def edit_times(run: Path, change: Callable[[Lines], object]) -> None:
    """Change the lines of ``timings.jsonl``."""
    path = run / "timings.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    change(lines)
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def rows_of_line(run: Path, line: dict[str, Any]) -> set[str]:
    """Return the names of the rows that share a line's times."""
    return {
        name_of(row)
        for row in rows_of(run)
        if row["detector"] == line["detector"] and row["seed"] == line["seed"] and row["anomaly"] in line["anomalies"]
    }


def test_an_honest_run_agrees(run: Path) -> None:
    """Every timed row is looked at."""
    check = check_of(run, "timings")
    assert (check.result, check.looked_at) == ("agrees", "the times of 8 timed rows")


def test_times_that_were_changed_are_found_twice(run: Path) -> None:
    """The rows' latencies are not theirs, and the digest is not the file's."""
    edit_times(run, lambda lines: lines[0].update(seconds=[1.01 * value for value in lines[0]["seconds"]]))
    line = json.loads((run / "timings.jsonl").read_text().splitlines()[0])
    wrong = found_in(check_of(run, "timings"))
    latencies = {f"latency_p{share}_ms" for share in (50, 95, 99)}
    assert wrong == {(name, latency) for name in rows_of_line(run, line) for latency in latencies}
    assert ("run.json", "timings_sha256") in found_in(check_of(run, "digest"))


@pytest.mark.parametrize(
    ("field", "value"), [("lane", "shared"), ("threads", 63), ("batch_size", 3), ("device_name", "another")]
)
def test_how_it_was_timed_is_the_same_in_both(field: str, value: Any, run: Path) -> None:
    """Lane, threads, batch size and device."""
    edit_times(run, lambda lines: lines[0].update({field: value}))
    stored = "timing_lane" if field == "lane" else field
    assert {found for _, found in found_in(check_of(run, "timings"))} == {stored}


@pytest.mark.parametrize("field", ["product_flop_per_second", "copy_bytes_per_second"])
def test_ceilings_that_were_changed_are_found(field: str, run: Path) -> None:
    """The limit of a row follows from its work and the ceilings beside its times: here from memory's alone."""
    edit_times(run, lambda lines: lines[0].update({field: 1.01 * lines[0][field]}))
    wrong = {found for _, found in found_in(check_of(run, "timings"))}
    assert wrong == ({"limit_images_per_second"} if field == "copy_bytes_per_second" else set())


def test_a_limit_without_ceilings_is_found(run: Path) -> None:
    """A row cannot have a limit where none was measured."""
    nothing = {"product_flop_per_second": None, "copy_bytes_per_second": None}
    edit_times(run, lambda lines: lines[0].update(nothing))
    wrong = check_of(run, "timings").disagreements
    assert {each.field for each in wrong} == {"limit_images_per_second"}
    assert {each.expected for each in wrong} == {None}


def test_times_that_were_taken_away_are_missed(run: Path) -> None:
    """A timed row without times is named, and so is the file that is gone."""
    (run / "timings.jsonl").unlink()
    assert found_in(check_of(run, "timings")) == {(name_of(row), "times") for row in rows_of(run)}
    assert found_in(check_of(run, "digest")) == {("run.json", "timings_sha256")}


def test_times_of_no_row_are_found_in_a_finished_run(run: Path) -> None:
    """They are all that is left of a row taken away; in a run that was ended in between they are only noted."""
    gone, *rest = rows_of(run)
    write_rows(run, rest)
    assert found_in(check_of(run, "timings")) == {(name_of(gone), "row")}
    edit_manifest(run, lambda manifest: manifest.update(state="interrupted"))
    check = check_of(run, "timings")
    assert check.result == "agrees"
    assert len(check.notes) == 1


def test_an_older_run_has_no_times(run: Path) -> None:
    """Rows before schema 3 cannot have any: it is said, and nothing is wrong."""
    (run / "timings.jsonl").unlink()
    for index in range(len(rows_of(run))):
        edit_row(run, index, schema=2)
    check = check_of(run, "timings")
    assert check.result == "not checked"
    assert "since schema 3" in check.unchecked[0]


def test_a_damaged_file_is_one_finding(run: Path) -> None:
    """What cannot be read is said with its line."""
    (run / "timings.jsonl").write_text("{}\n")
    (found,) = check_of(run, "timings").disagreements
    assert found.where == "timings.jsonl"
    assert "line 1" in found.stored
