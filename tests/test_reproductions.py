"""docs/reproductions.md says what the committed runs of the recipes say."""

from __future__ import annotations

from pathlib import Path

import pytest

import benchkit

ROOT = Path(__file__).parents[1]
RECIPES = sorted(path.stem for path in (ROOT / "benchmarks" / "recipes").glob("*.toml"))
PAGE = ROOT / "docs" / "reproductions.md"


def run_of(recipe: str) -> benchkit.Run:
    """Return the committed run of a recipe."""
    return benchkit.load_run(ROOT / "results" / "recipes" / recipe)


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_has_a_committed_run(recipe: str) -> None:
    """Whole, on real MNIST, made by code that was committed."""
    run = run_of(recipe)
    assert set(run.cells["status"]) == {"ok"}
    assert set(run.cells["dataset"]) <= {"mnist", "mnist-1000"}
    assert run.manifest["state"] == "finished"
    assert run.manifest["git"]["dirty"] is False


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_page_has_every_auroc_of_the_run(recipe: str) -> None:
    """With three digits, beside the command that makes it."""
    page = PAGE.read_text(encoding="utf-8")
    assert f"benchmarks/recipes/{recipe}.toml" in page
    for auroc in run_of(recipe).cells["auroc"]:
        assert f"{auroc:.3f}" in page


def test_fives_are_found_among_sevens() -> None:
    """The second experiment: AUROC of the reconstruction error at least 0.95."""
    cells = run_of("sevens-against-fives").cells
    assert cells.set_index("detector")["auroc"]["conv-ae"] >= 0.95


def test_clothes_are_found_by_the_z_score() -> None:
    """The third experiment: recall of Fashion-MNIST at mean ± 3 standard deviations at least 0.95, as the page says."""
    (cell,) = run_of("z-score").cells.to_dict("records")
    assert cell["threshold_policy"] == "zscore:3"
    assert cell["recall"] >= 0.95
    assert f"{cell['recall']:.3f} ({cell['recall_low']:.3f} to {cell['recall_high']:.3f})" in PAGE.read_text()
