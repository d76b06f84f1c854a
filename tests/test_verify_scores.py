"""Metrics against the raw scores: what was edited is named, what cannot be checked is counted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from verify_helpers import (
    check_of,
    edit_manifest,
    edit_row,
    edit_scores,
    found_in,
    fresh_run,
    name_of,
    place_of,
    rows_of,
    scores_of,
    verified,
    write_rows,
)

from benchkit.measure.metrics import MEASURED
from benchkit.verify.scores import RECOMPUTED, recompute


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return fresh_run(tmp_path)


def test_an_edited_metric_is_named_with_what_it_should_be(run: Path) -> None:
    """Row, field, stored and recomputed value stand in the finding."""
    index = place_of(run)
    before = rows_of(run)[index]["auroc"]
    name = edit_row(run, index, auroc=before - 0.01)
    (found,) = check_of(run, "metrics").disagreements
    assert (found.where, found.field, found.why) == (name, "auroc", "recomputed from the raw scores")
    assert found.stored == pytest.approx(before - 0.01)
    assert found.expected == pytest.approx(before)


def test_an_edited_threshold_is_found(run: Path) -> None:
    """The threshold is set again from the calibration scores."""
    name = edit_row(run, 0, threshold=rows_of(run)[0]["threshold"] * 1.001)
    assert found_in(check_of(run, "metrics")) == {(name, "threshold")}


@pytest.mark.parametrize("which", ["normal", "anomaly", "calibration"])
def test_edited_scores_are_found(which: str, run: Path) -> None:
    """A row whose score file was edited is named, whichever array it was."""
    row = rows_of(run)[place_of(run)]
    edit_scores(scores_of(run, row), lambda arrays: arrays.update({which: arrays[which] * 2}))
    assert {where for where, _ in found_in(check_of(run, "metrics"))} == {name_of(row)}


def test_a_dropped_score_is_found(run: Path) -> None:
    """The numbers of images are those of the scores."""
    row = rows_of(run)[0]
    edit_scores(scores_of(run, row), lambda arrays: arrays.update(calibration=arrays["calibration"][1:]))
    assert (name_of(row), "n_calibration") in found_in(check_of(run, "metrics"))


@pytest.mark.parametrize(
    "array", [np.array([1.0, np.nan]), np.zeros((2, 2)), np.zeros(0), np.array(["a"]), np.zeros(3, dtype=complex)]
)
def test_scores_that_are_none_are_found(array: Any, run: Path) -> None:
    """NaN, a matrix, nothing, texts, complex numbers: the row is named, and nothing raises."""
    row = rows_of(run)[0]
    edit_scores(scores_of(run, row), lambda arrays: arrays.update(normal=array))
    assert found_in(check_of(run, "metrics")) == {(name_of(row), "scores")}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x80\x04K\x07."])
def test_a_damaged_score_file_is_named(content: bytes, run: Path) -> None:
    """Any bytes: the row and the file are named, and nothing raises."""
    row = rows_of(run)[3]
    scores_of(run, row).write_bytes(content)
    (found,) = check_of(run, "metrics").disagreements
    assert found.where == name_of(row)
    assert scores_of(run, row).name in found.stored


def test_rows_without_raw_scores_are_counted(run: Path) -> None:
    """A run that did not keep its scores is not wrong, and is told what the check would need."""
    shutil.rmtree(run / "scores")
    edit_manifest(run, lambda manifest: manifest["settings"].update(save_scores=False))
    check = check_of(run, "metrics")
    assert check.result == "not checked"
    assert check.looked_at == "nothing: 0 of 8 measured rows have raw scores"
    assert len(check.unchecked) == 1
    assert "the raw scores were not kept" in check.unchecked[0]
    assert "(8 rows)" in check.unchecked[0]


def test_scores_that_were_kept_and_are_gone_are_found(run: Path) -> None:
    """Whoever takes the whole folder away is told so in one sentence, and not that the run never kept them."""
    shutil.rmtree(run / "scores")
    check = check_of(run, "metrics")
    (found,) = check.disagreements
    assert found.where == "scores/"
    assert f"are missing: {run}/scores/ held them when the run was made" in found.why
    assert check.unchecked == ()
    assert not verified(run).ok


def test_a_run_without_a_measured_row_has_no_scores_to_miss(run: Path) -> None:
    """Where everything was skipped there was nothing to keep."""
    shutil.rmtree(run / "scores")
    numbers = dict.fromkeys(MEASURED)
    write_rows(run, [{**row, **numbers, "status": "failed", "reason": "broken"} for row in rows_of(run)])
    check = check_of(run, "metrics")
    assert (check.result, check.looked_at) == ("not checked", "nothing: no row was measured")


def test_one_missing_file_among_kept_ones_is_found(run: Path) -> None:
    """Whoever edits a row cannot hide it by taking its scores away."""
    row = rows_of(run)[0]
    scores_of(run, row).unlink()
    check = check_of(run, "metrics")
    assert found_in(check) == {(name_of(row), "scores")}
    assert check.looked_at.endswith("7 of 8 measured rows")


def test_scores_of_no_row_are_found_in_a_finished_run(run: Path) -> None:
    """They are what is left of a row; in a run that was ended in between they are only noted."""
    shutil.copy(scores_of(run, rows_of(run)[0]), run / "scores" / "toy--brightness--brighter--s7.npz")
    assert found_in(check_of(run, "metrics")) == {("scores/toy--brightness--brighter--s7.npz", "row")}
    edit_manifest(run, lambda manifest: manifest.update(state="interrupted"))
    check = check_of(run, "metrics")
    assert check.result == "agrees"
    assert check.notes == (
        "scores/toy--brightness--brighter--s7.npz belongs to no row, as when a run was ended in between",
    )


def test_a_half_written_score_file_belongs_to_nobody(run: Path) -> None:
    """What a killed run left half written is no file with scores."""
    (run / "scores" / ".toy.npz.17.part").write_bytes(b"half")
    assert check_of(run, "metrics").result == "agrees"


@pytest.mark.parametrize("changes", [{"threshold_policy": "median"}, {"prevalence": 1.5}, {"detector": "../../etc"}])
def test_a_row_that_makes_no_sense_is_named(changes: dict[str, Any], run: Path) -> None:
    """A policy, a prevalence or a name that cannot be: the row is named, and nothing raises."""
    name = edit_row(run, 0, **changes)
    assert (name, "scores") in found_in(check_of(run, "metrics"))


def test_it_recomputes_by_the_definitions() -> None:
    """By hand: two normals, two anomalies, threshold 3; three of four pairs won."""
    scores = {"normal": np.array([1.0, 4.0]), "anomaly": np.array([2.0, 5.0]), "calibration": np.array([1.0, 3.0])}
    found = recompute(scores, policy="quantile:0.95", prevalence=0.5)
    assert set(found) == set(RECOMPUTED)
    by_hand = {"auroc": 0.75, "recall": 0.5, "precision": 0.5, "f1": 0.5, "accuracy": 0.5, "fpr95": 0.5}
    counts = {"threshold": 3.0, "threshold_low": None, "n_normal": 2, "n_anomaly": 2, "n_calibration": 2}
    assert {name: found[name] for name in (*by_hand, *counts)} == {**by_hand, **counts}
