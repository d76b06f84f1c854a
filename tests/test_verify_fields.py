"""Every field of a row: the smallest change is found, or the field is named as one that nothing can tell again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from verify_helpers import edit_row, fresh_run, name_of, place_of, rows_of, scores_of, verified

from benchkit.measure.metrics import MEASURED
from benchkit.results import CELL_FIELDS
from benchkit.results.record import FIELD_TYPES
from benchkit.verify import render
from benchkit.verify.findings import RECORDED

CHECKED = tuple(name for name in CELL_FIELDS if name not in RECORDED)
NUMBERS = tuple(name for name in CHECKED if {int, float} & set(FIELD_TYPES[name]))
TEXTS = tuple(name for name in CHECKED if str in FIELD_TYPES[name])


@pytest.fixture(params=["quantile:0.95", "zscore:1"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a copy to tamper with: one run a policy, for the thresholds of one have a lower end."""
    return fresh_run(tmp_path, request.param)


def changed(value: float | None, sign: int = 1) -> float:
    """Return the value a millionth larger or smaller; a whole number by one; a number where there was none."""
    if value is None:
        return 0.5
    return value + sign if isinstance(value, int) else (value * (1 + sign * 1e-6) or 1e-6)


def is_named(run: Path, index: int, **changes: Any) -> bool:
    """Change a row, and return whether it is named: it, what it was, or its line where that cannot be read."""
    names = {name_of(rows_of(run)[index]), edit_row(run, index, **changes), f"cells.jsonl, line {index + 1}"}
    found = verified(run, data=True).disagreements
    return any(name in f"{each.where} {each.stored}" for name in names for each in found)


def test_an_honest_run_agrees_in_everything(run: Path) -> None:
    """Nothing is wrong with it, and nothing of it cannot be checked."""
    found = verified(run, data=True)
    assert found.disagreements == ()
    assert [check.unchecked for check in found.checks] == [()] * 8
    assert {check.result for check in found.checks} == {"agrees"}


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("field", NUMBERS)
def test_a_change_of_a_millionth_is_found_in_every_number(field: str, sign: int, run: Path) -> None:
    """Even when the digest was written anew: the row is named."""
    index = place_of(run)
    assert is_named(run, index, **{field: changed(rows_of(run)[index][field], sign)})


@pytest.mark.parametrize("field", TEXTS)
def test_another_letter_is_found_in_every_text(field: str, run: Path) -> None:
    """Names, hashes and the policy; a status that is one is found as well."""
    index = place_of(run)
    text = "failed" if field == "status" else f"{rows_of(run)[index][field]}x"
    assert is_named(run, index, **{field: text})


def test_every_field_is_checked_or_said_not_to_be() -> None:
    """No field of a cell is forgotten, and none is named that there is not."""
    assert {*NUMBERS, *TEXTS, *RECORDED} == set(CELL_FIELDS)


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
    shares = {name: row[name] for name in MEASURED}
    assert all(0 < value < 1 for value in shares.values()), shares
    assert (row["threshold_low"] is None) == row["threshold_policy"].startswith("quantile")
