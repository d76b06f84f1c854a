"""A sweep from the request to the rows, and back when the run is resumed; views can be set too."""

from __future__ import annotations

import json
from pathlib import Path

import benchkit

QUICK = {"timing_seconds": 0.01, "batch_size": 64}


def test_a_sweep_makes_a_row_a_value_and_can_be_resumed(tmp_path: Path) -> None:
    """The variants' own settings stand in run.json; --resume finds the same detectors again."""
    run = benchkit.run(
        dataset="digits",
        detectors=["gaussian"],
        anomalies=["noise-4"],
        sweeps={"gaussian": {"covariance": ["full", "diagonal"]}},
        out=tmp_path,
        name="sweep",
        **QUICK,
    )
    assert sorted(run.cells["detector"]) == ["gaussian-covariance-diagonal", "gaussian-covariance-full"]
    settings = run.manifest["detectors"]
    assert {name: each["covariance"] for name, each in settings.items()} == {
        "gaussian-covariance-diagonal": "diagonal",
        "gaussian-covariance-full": "full",
    }
    cells = run.folder / "cells.jsonl"
    manifest = json.loads((run.folder / "run.json").read_text())
    manifest.pop("cells_sha256")
    (run.folder / "run.json").write_text(json.dumps(manifest))
    cells.write_text("".join(cells.read_text().splitlines(keepends=True)[:1]))
    again = benchkit.run(resume=run.folder)
    assert sorted(again.cells["detector"]) == sorted(run.cells["detector"])
    assert again.verify().ok


def test_the_settings_of_a_view_can_be_changed(tmp_path: Path) -> None:
    """By the name of the object that offers the view: another subject, other numbers, and run.json says so."""
    runs = [
        benchkit.run(
            dataset="digits",
            detectors=["gaussian@layer1"],
            anomalies=["noise-4"],
            changes=changes,
            out=tmp_path,
            name=name,
            **QUICK,
        )
        for name, changes in (("usual", {}), ("quick", {"subject": {"epochs": 1, "min_images": 0}}))
    ]
    assert [run.manifest["views"]["subject"]["epochs"] for run in runs] == [8, 1]
    usual, quick = (run.cells.iloc[0] for run in runs)
    assert usual["view_settings"] != quick["view_settings"]
    assert usual["auroc"] != quick["auroc"]
    assert quick["settings"] == usual["settings"]
