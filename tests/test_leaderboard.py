"""The published leaderboard is made from the committed runs, by the command that the README names."""

from __future__ import annotations

from pathlib import Path

import pytest

import benchkit
from benchkit.report import leaderboards, render

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "results" / "mnist-reference"
LEADERBOARD = ROOT / "results" / "leaderboard.md"


@pytest.fixture(scope="module")
def reference() -> benchkit.Run:
    """The committed reference run."""
    return benchkit.load_run(REFERENCE)


def test_the_leaderboard_is_what_the_committed_run_says(reference: benchkit.Run) -> None:
    """Nobody edits the leaderboard by hand: `benchkit table` on the committed run prints it, letter by letter."""
    assert render(leaderboards([reference]), "github").strip() == LEADERBOARD.read_text(encoding="utf-8").strip()


def test_the_readme_shows_the_leaderboard(reference: benchkit.Run) -> None:
    """What stands in the README are its first tables, not older ones (`make leaderboard` brings them up to date)."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("<!-- leaderboard -->\n")[2].partition("<!-- /leaderboard -->")[0]
    assert shown.strip() == render(leaderboards([reference], columns="auroc,ranks,speed"), "github").strip()


def test_the_reference_run_is_complete(reference: benchkit.Run) -> None:
    """Every built-in detector met every built-in anomaly on MNIST, on code that was committed, and all went well."""
    cells = reference.cells
    assert set(cells["dataset"]) == {"mnist"}
    assert len(cells) == cells["detector"].nunique() * cells["anomaly"].nunique()
    assert (cells["detector"].nunique(), cells["anomaly"].nunique()) == (12, 16)
    assert set(cells["status"]) == {"ok"}
    assert reference.manifest["state"] == "finished"
    assert reference.manifest["git"]["dirty"] is False


def test_the_runner_costs_little(reference: benchkit.Run) -> None:
    """Less than 3 % of the reference run went into anything but views, fits, scores and timing."""
    assert reference.manifest["seconds"]["overhead_share"] < 0.03


def test_the_committed_run_names_no_machine(reference: benchkit.Run) -> None:
    """No path of the machine that made it stands in what is published."""
    for name in ("run.json", "cells.jsonl"):
        text = (REFERENCE / name).read_text(encoding="utf-8")
        assert str(Path.home()) not in text
        assert str(ROOT) not in text
