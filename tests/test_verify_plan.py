"""Rows against the run that run.json describes: nothing foreign, nothing missing, rightly counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from verify_helpers import (
    check_of,
    edit_manifest,
    edit_row,
    found_in,
    fresh_run,
    name_of,
    place_of,
    rows_of,
    write_rows,
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return fresh_run(tmp_path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("dataset", "other"),
        ("detector", "other"),
        ("anomaly", "other"),
        ("seed", 7),
        ("view", "other"),
        ("anomaly_group", "other"),
        ("threshold_policy", "quantile:0.9"),
        ("prevalence", 0.5),
    ],
)
def test_a_row_of_another_run_is_named(field: str, value: Any, run: Path) -> None:
    """Every field that run.json knows is compared."""
    name = edit_row(run, 0, **{field: value})
    assert (name, field) in found_in(check_of(run, "plan"))


def test_a_row_that_was_taken_away_is_named(run: Path) -> None:
    """Counts and plan both miss it; with the counts edited as well the plan still does."""
    gone, *rest = rows_of(run)
    write_rows(run, rest)
    assert found_in(check_of(run, "plan")) == {("run.json", "cells"), (name_of(gone), "row")}
    edit_manifest(run, lambda manifest: manifest.update(cells={"ok": 7}))
    assert found_in(check_of(run, "plan")) == {(name_of(gone), "row")}


def test_a_plan_that_was_cut_down_is_found(run: Path) -> None:
    """The number of planned cells follows from detectors, anomalies and seeds."""
    edit_manifest(run, lambda manifest: manifest["planned"].update(cells=7))
    assert found_in(check_of(run, "plan")) == {("run.json", "planned.cells")}


def test_a_status_that_was_changed_is_found_by_the_counts(run: Path) -> None:
    """A bad row cannot be called failed."""
    edit_row(run, 0, status="failed", reason="it did not look good")
    assert found_in(check_of(run, "plan")) == {("run.json", "cells")}


def test_two_rows_of_one_cell_are_found(run: Path) -> None:
    """The reader keeps both when their settings differ; the plan knows one."""
    rows = rows_of(run)
    write_rows(run, [*rows, {**rows[0], "settings": "0" * 12}])
    assert (name_of(rows[0]), "settings") in found_in(check_of(run, "plan"))


@pytest.mark.parametrize("state", ["interrupted", "running"])
def test_a_run_that_has_not_ended_may_lack_rows(state: str, run: Path) -> None:
    """What is missing is noted, with its number."""
    write_rows(run, rows_of(run)[:3])
    edit_manifest(run, lambda manifest: manifest.update(state=state, cells={"ok": 3}))
    check = check_of(run, "plan")
    assert check.result == "agrees"
    assert check.notes == ("5 of 8 planned rows are not there yet",)


def test_rows_that_came_to_nothing_need_no_policy(run: Path) -> None:
    """A row whose group died before the protocol was known is not held against it."""
    changes = {"threshold_policy": "", "prevalence": None, "auroc": None, "status": "crashed", "reason": "died"}
    edit_row(run, 0, **changes)
    assert found_in(check_of(run, "plan")) == {("run.json", "cells")}


def test_rows_of_two_versions_are_noted(run: Path) -> None:
    """A plugin that was mended between two goes made no run that is wrong, but one that wants a word."""
    assert check_of(run, "plan").notes == ()
    edit_row(run, place_of(run), distribution="half.py 169ec89ce36f")
    check = check_of(run, "plan")
    assert check.result == "agrees"
    (note,) = check.notes
    assert note.startswith("brightness: its rows were made by two versions of its plugin (")
    assert "half.py 169ec89ce36f" in note
