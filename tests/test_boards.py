"""docs/boards.md shows what the committed runs say."""

from __future__ import annotations

from pathlib import Path

import pytest

import benchkit
from benchkit.report import leaderboards, render

ROOT = Path(__file__).parents[1]
RUNS = ("mnist-one-class", "mnist-dozen", "digits-everything")


def board(name: str) -> list[str]:
    """Return the rows of a run's first table of AUROC."""
    table = render(leaderboards([benchkit.load_run(ROOT / "results" / name)]), "github")
    return table.partition("### AUROC")[2].split("\n\n")[1].splitlines()


@pytest.mark.parametrize("name", RUNS)
def test_the_page_shows_the_committed_run(name: str) -> None:
    """Row by row, letter by letter, in the order of the table."""
    assert "\n".join(board(name)) in (ROOT / "docs" / "boards.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", RUNS)
def test_the_committed_run_is_whole_and_made_by_committed_code(name: str) -> None:
    """All cells went well, or were skipped for a reason that is said, on a clean checkout."""
    run = benchkit.load_run(ROOT / "results" / name)
    assert run.ok
    skipped = run.cells[run.cells["status"] == "skipped"]
    page = (ROOT / "docs" / "boards.md").read_text(encoding="utf-8")
    assert all(f"`{detector}` declares itself unsupported" in page for detector in set(skipped["detector"]))
    assert run.manifest["state"] == "finished"
    assert run.manifest["git"]["dirty"] is False


@pytest.mark.parametrize(
    ("detector", "low", "high"), [("isolation-forest@pca", 0.91, 0.93), ("one-class-svm", 0.90, 0.93)]
)
def test_one_class_baselines_lie_in_their_published_bands(detector: str, low: float, high: float) -> None:
    """The mean of ten digits, as committed; and the best detector is above Deep SVDD's 0.948."""
    cells = benchkit.load_run(ROOT / "results" / "mnist-one-class").cells
    means = cells.groupby("detector")["auroc"].mean()
    assert low <= means[detector] <= high
    assert means.max() > 0.948


def test_everything_is_on_the_board_of_everything() -> None:
    """At least sixty detectors, each against every anomaly of the default run, and none failed."""
    cells = benchkit.load_run(ROOT / "results" / "digits-everything").cells
    assert cells["detector"].nunique() >= 60
    assert len(cells) == cells["detector"].nunique() * cells["anomaly"].nunique()
    assert not set(cells["status"]) - {"ok", "skipped"}
