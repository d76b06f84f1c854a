"""Numbers that have to fit each other, without the raw scores that they were made from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verify_helpers import check_of, edit_row, found_in, fresh_run, rows_of

from benchkit.results import Cell, StoredRun, to_frame
from benchkit.verify.consistency import check_consistency
from benchkit.verify.evidence import Evidence
from benchkit.verify.findings import Check
from benchkit.verify.scores import recompute

FOLLOWING = ("auroc", "recall", "fpr95", "accuracy", "precision", "f1")
"""Metrics of which one alone cannot be changed unnoticed."""

scores = st.lists(st.integers(0, 6), min_size=2, max_size=40)


def checked(**fields: Any) -> Check:
    """Check one row."""
    blank = Cell(dataset="d", detector="x", view="v", anomaly="a", seed=0, status="ok").to_dict()
    return check_consistency(Evidence(StoredRun(Path("run"), {"settings": {}}, to_frame([blank | fields]))))


def row_from(normal: list[int], anomaly: list[int], policy: str, prevalence: float) -> dict[str, Any]:
    """Return the measured fields of a row with these scores, which calibrate themselves."""
    arrays = {"normal": np.array(normal), "anomaly": np.array(anomaly), "calibration": np.array(normal)}
    measured = recompute(arrays, policy=policy, prevalence=prevalence)
    return {**measured, "threshold_policy": policy, "prevalence": prevalence}


@given(scores, scores, st.sampled_from(["quantile:0.5", "zscore:0.5"]), st.floats(0.001, 0.999))
def test_what_was_measured_is_consistent(normal: list[int], anomaly: list[int], policy: str, weight: float) -> None:
    """Whatever the scores: ties, nothing flagged, everything flagged, any prevalence."""
    assert checked(**row_from(normal, anomaly, policy, weight)).disagreements == ()


@given(scores, scores, st.floats(0.01, 0.99), st.sampled_from(FOLLOWING), st.sampled_from([1 - 1e-6, 1 + 1e-6]))
def test_a_metric_that_does_not_follow_is_found(
    normal: list[int], anomaly: list[int], weight: float, field: str, factor: float
) -> None:
    """A millionth more or less of one metric does not fit the others."""
    row = row_from(normal, anomaly, "quantile:0.5", weight)
    value = row[field]
    row[field] = 0.25 if value is None else value * factor or 1e-6
    assert checked(**row).result == "disagrees"


@pytest.mark.parametrize("field", FOLLOWING)
def test_it_is_found_in_a_stored_run_without_its_scores(field: str, tmp_path: Path) -> None:
    """The row is named, and the field."""
    run = fresh_run(tmp_path)
    shutil.rmtree(run / "scores")
    name = edit_row(run, 0, **{field: rows_of(run)[0][field] * (1 - 1e-6)})
    found = found_in(check_of(run, "consistency"))
    assert {where for where, _ in found} == {name}


@pytest.mark.parametrize(
    "changes",
    [
        {"auroc_low": 0.9999},
        {"auroc_high": 0.0001},
        {"average_precision": 1.1},
        {"average_precision": None},
        {"threshold": None},
        {"threshold_low": 0.0},
        {"precision": None},
        {"f1": None},
        {"n_normal": 0},
        {"fit_seconds": -1.0},
        {"latency_p99_ms": 0.0},
        {"images_per_second": 1.0},
        {"batch_size": 4096},
        {"threads": 0},
        {"timing_repeats": 0},
        {"timing_noise": -0.1},
        {"reason": "it is ok, but"},
        {"status": "failed"},
    ],
)
def test_a_row_that_cannot_be_is_named(changes: dict[str, Any], tmp_path: Path) -> None:
    """Out of range, missing, out of order, or without the reason that it needs."""
    run = fresh_run(tmp_path)
    index = next(number for number, row in enumerate(rows_of(run)) if 0 < row["auroc"] < 1 and row["recall"] > 0)
    name = edit_row(run, index, **changes)
    assert {where for where, _ in found_in(check_of(run, "consistency"))} == {name}


def test_a_two_sided_policy_has_two_thresholds(tmp_path: Path) -> None:
    """The lower one of them cannot be missing, nor lie above the other."""
    run = fresh_run(tmp_path, "zscore:1")
    for low in (None, 1e9):
        name = edit_row(run, 0, threshold_low=low)
        assert (name, "threshold_low") in found_in(check_of(run, "consistency"))


def test_the_committed_reference_is_consistent() -> None:
    """Its rows, which have no raw scores here, fit in themselves."""
    folder = Path(__file__).parents[1] / "results" / "mnist-reference"
    check = check_of(folder, "consistency")
    assert check.disagreements == ()
    assert str(len((folder / "cells.jsonl").read_text().splitlines())) in check.looked_at
    assert json.loads((folder / "run.json").read_text())["settings"]["save_scores"] is False


@pytest.mark.parametrize(
    ("schema", "changes"),
    [
        (3, {"timing_noise": 0.01}),
        (3, {"timing_flags": "budget"}),
        (2, {"auroc": 0.5, "recall_low": 0.1}),
        (1, {"timing_lane": "shared"}),
    ],
)
def test_a_row_holds_nothing_that_its_schema_did_not_have(schema: int, changes: dict[str, Any]) -> None:
    """A field that came later has its default there; in a row of today it is welcome."""
    (late,) = changes.keys() - {"auroc"}
    why = f"it came with schema {schema + 1}"
    assert (late, why) in {(each.field, each.why) for each in checked(schema=schema, **changes).disagreements}
    assert why not in {each.why for each in checked(schema=schema + 1, **changes).disagreements}
