"""Every number of a row: a change of a millionth is found, or the field is named as one that nothing can tell again."""

from __future__ import annotations

from pathlib import Path

import pytest
from verify_helpers import edit_row, fresh_run, name_of, place_of, rows_of, scores_of, verified

from benchkit.measure.metrics import METRICS
from benchkit.results import CELL_FIELDS
from benchkit.results.record import FIELD_TYPES
from benchkit.verify import render
from benchkit.verify.findings import RECORDED

NUMBERS = tuple(name for name in CELL_FIELDS if {int, float} & set(FIELD_TYPES[name]))


@pytest.fixture(params=["quantile:0.95", "zscore:1"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a copy to tamper with: one run a policy, for the thresholds of one have a lower end."""
    return fresh_run(tmp_path, request.param)


def changed(value: float | None) -> float:
    """Return the value a millionth larger; a whole number by one; a number where there was none."""
    if value is None:
        return 0.5
    return value + 1 if isinstance(value, int) else (value * (1 + 1e-6) or 1e-6)


def test_an_honest_run_agrees_in_everything(run: Path) -> None:
    """Nothing is wrong with it, and nothing of it cannot be checked."""
    found = verified(run, data=True)
    assert found.disagreements == ()
    assert [check.unchecked for check in found.checks] == [()] * 7
    assert {check.result for check in found.checks} == {"agrees"}


@pytest.mark.parametrize("field", [name for name in NUMBERS if name not in RECORDED])
def test_a_change_of_a_millionth_is_found_in_every_number(field: str, run: Path) -> None:
    """Even when the digest was written anew: the row is named."""
    index = place_of(run)
    row = rows_of(run)[index]
    edit_row(run, index, **{field: changed(row[field])})
    found = verified(run, data=True)
    assert not found.ok
    # The line, where it cannot be read; another seed is another row.
    names = {name_of(row), name_of(rows_of(run)[index]), f"cells.jsonl, line {index + 1}"}
    assert any(name in f"{each.where} {each.stored}" for name in names for each in found.disagreements)


@pytest.mark.parametrize("field", RECORDED)
def test_what_was_only_recorded_is_said_to_be_so(field: str, run: Path) -> None:
    """The output names the fields that nothing can tell again; the digest is what holds them."""
    row = rows_of(run)[0]
    value = row[field]
    edit_row(run, 0, digest=False, **{field: f"{value}." if isinstance(value, str) else changed(value)})
    found = verified(run)
    assert "cells_sha256" in {each.field for each in found.disagreements}
    assert field in render([found])
    assert field in found.to_dict()["recorded_only"]


def test_two_score_files_that_changed_places_are_found(run: Path) -> None:
    """Both rows are named."""
    first, second = (row for row in rows_of(run) if row["detector"] == "brightness" and row["seed"] == 0)
    one, other = scores_of(run, first), scores_of(run, second)
    one.rename(run / "aside")
    other.rename(one)
    (run / "aside").rename(other)
    found = verified(run)
    assert {each.where for each in found.disagreements} == {name_of(first), name_of(second)}


def test_the_rows_differ_enough_to_test_with(run: Path) -> None:
    """The numbers of the row that is edited are neither 0 nor 1, and one-sided thresholds are told from two-sided."""
    row = rows_of(run)[place_of(run)]
    shares = {name: row[name] for name in METRICS}
    assert all(0 < value < 1 for value in shares.values()), shares
    assert (row["threshold_low"] is None) == row["threshold_policy"].startswith("quantile")
