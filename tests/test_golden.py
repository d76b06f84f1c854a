"""Runs of every schema version so far, as that version wrote them: they stay readable, and their tables the same.

A new version adds a folder of its own; the others are never written anew. ``table.txt`` is what ``benchkit table``
prints, to be changed only with the form of the table.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchkit.measure.ranking import auroc
from benchkit.report import leaderboards, render
from benchkit.results import CELL_FIELDS, SCHEMA_VERSION, StoredRun, read_run

GOLDEN = Path(__file__).parent / "golden"
FOLDERS = sorted(path.parent for path in GOLDEN.glob("*/run.json"))

each_golden_run = pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)


def version_of(folder: Path) -> int:
    """Return the schema version that a folder's name says: ``schema-1``, ``schema-1-scores``."""
    return int(folder.name.split("-")[1])


def scored(run: StoredRun) -> list[tuple[str, str, str, int, float]]:
    """Return where the raw scores of the run's good cells lie, with their AUROC."""
    good = run.cells[run.cells["status"] == "ok"]
    return list(zip(*(good[name] for name in ("dataset", "detector", "anomaly", "seed", "auroc")), strict=True))


def test_every_schema_version_has_a_run() -> None:
    """Whoever raises the version keeps a run that it wrote."""
    assert {version_of(folder) for folder in FOLDERS} == set(range(1, SCHEMA_VERSION + 1))


@each_golden_run
def test_it_is_of_the_version_that_its_name_says(folder: Path) -> None:
    """Nobody wrote it anew with a later benchkit: manifest and every line say the version."""
    lines = (folder / "cells.jsonl").read_text(encoding="utf-8").splitlines()
    documents = [json.loads(text) for text in ((folder / "run.json").read_text(encoding="utf-8"), *lines)]
    assert {document["schema"] for document in documents} == {version_of(folder)}


@each_golden_run
def test_it_is_read_whole(folder: Path) -> None:
    """Every line is a cell with every field of today, nothing needs to be mended, and the values are those written."""
    run = read_run(folder)
    lines = [json.loads(line) for line in (folder / "cells.jsonl").read_text(encoding="utf-8").splitlines()]
    assert run.notes == ()
    assert tuple(run.cells.columns) == CELL_FIELDS
    assert run.cells[["detector", "anomaly", "seed", "status", "reason"]].to_dict("records") == [
        {name: line[name] for name in ("detector", "anomaly", "seed", "status", "reason")} for line in lines
    ]
    written = np.array([line["auroc"] for line in lines], dtype=float)
    np.testing.assert_array_equal(run.cells["auroc"], written)


@each_golden_run
def test_its_table_is_what_it_was(folder: Path) -> None:
    """The table is the stored text, letter by letter."""
    assert render(leaderboards([read_run(folder)])) == (folder / "table.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_its_raw_scores_make_its_numbers(version: int) -> None:
    """For each version there are raw scores, and from them the AUROC comes out as it was stored."""
    runs = [read_run(folder) for folder in FOLDERS if version_of(folder) == version and (folder / "scores").is_dir()]
    assert runs
    for run in runs:
        assert len(list((run.folder / "scores").iterdir())) == len(scored(run)) > 0
        for dataset, detector, anomaly, seed, stored in scored(run):
            scores = run.scores(dataset=dataset, detector=detector, anomaly=anomaly, seed=seed)
            assert auroc(scores["normal"], scores["anomaly"]) == pytest.approx(stored, abs=1e-12)


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_the_runs_hold_more_than_good_cells(version: int) -> None:
    """Rows without numbers are read back too: failed and skipped ones, and since schema 2 time-outs."""
    cells = pd.concat(read_run(folder).cells for folder in FOLDERS if version_of(folder) == version)
    assert set(cells["status"]) >= {"ok", "failed", "skipped"} | ({"timeout"} if version > 1 else set())
