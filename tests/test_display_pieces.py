"""Choosing cells of runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from plot_helpers import picture_cell, picture_run

from benchkit import StoreError, UsageError
from benchkit.display import pieces_of
from benchkit.results import StoredRun, read_run


@pytest.fixture
def runs(tmp_path: Path) -> list[StoredRun]:
    """Return two runs: alpha against two anomalies of a group, with a cell that failed; beta in the other."""
    cells = [picture_cell("alpha", f"noise-{place}", anomaly_group="noise") for place in (1, 2)]
    failed = picture_cell("gamma", "noise-1", status="failed", auroc=None)
    folders = [
        picture_run(tmp_path, *cells, name="one"),
        picture_run(tmp_path, picture_cell("beta", "dark", 3), name="two"),
    ]
    with (folders[0] / "cells.jsonl").open("a", encoding="utf-8") as file:
        import json

        file.write(json.dumps(failed.to_dict()) + "\n")
    return [read_run(folder) for folder in folders]


def test_cells_that_ended_well_are_chosen_by_name_group_glob_and_seed(runs: list[StoredRun]) -> None:
    """In the order of the runs; a name that one run has is enough."""
    every = [piece.name for piece in pieces_of(*runs)]
    assert every == ["alpha · noise-1 · seed 0", "alpha · noise-2 · seed 0", "beta · dark · seed 3"]
    assert [piece.name for piece in pieces_of(*runs, detectors=["al*"])] == every[:2]
    assert [piece.name for piece in pieces_of(*runs, anomalies=["noise"])] == every[:2]
    assert [piece.name for piece in pieces_of(*runs, detectors=["beta"], seeds=[3])] == every[2:]
    assert pieces_of(*runs, detectors=["beta"], seeds=[0]) == []


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"detectors": ["alpa"]}, r"detector: got 'alpa'.*expected one of alpha, beta\. Did you mean 'alpha'"),
        ({"detectors": ["gamma"]}, "detector: got 'gamma', which no measured cell has"),
        ({"anomalies": ["noise-3"]}, r"anomaly: got 'noise-3'.*dark, noise, noise-1, noise-2"),
        ({"seeds": [7]}, r"seed: got '7'.*expected one of 0, 3\."),
    ],
)
def test_what_is_not_there_is_refused(choice: dict[str, list[object]], said: str, runs: list[StoredRun]) -> None:
    """With what is there, and what is near."""
    with pytest.raises(UsageError, match=said):
        pieces_of(*runs, **choice)  # type: ignore[arg-type]


def test_scores_and_exhibits_are_read_when_asked_for(runs: list[StoredRun]) -> None:
    """What is damaged or missing is an error of its own."""
    first, second, _ = pieces_of(*runs)
    assert len(first.scores["normal"]) == 40
    assert first.exhibit.losses.tolist() == [0.5, 0.25, 0.125]
    (runs[0].folder / "scores" / "toy--alpha--noise-2--s0.npz").unlink()
    with pytest.raises(StoreError, match=r"no raw scores of alpha · noise-2"):
        _ = second.scores
