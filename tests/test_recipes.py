"""The recipes of the five experiments: they load, plan what they say, and run."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from benchkit_noise import LEVELS
from cli_helpers import Here

FOLDER = Path(__file__).parents[1] / "benchmarks" / "recipes"
RECIPES = sorted(FOLDER.glob("*.toml"))
PLANNED = {
    "model-state": "3 fits, 12 cells",
    "model-state-exposed": "3 fits, 12 cells",
    "sevens-against-fives": "4 fits, 4 cells",
    "shallow": "1 fit, 1 cell",
    "shallow-hidden": "3 fits, 3 cells",
    "shallow-optimisers": "4 fits, 4 cells",
    "shallow-steps": "4 fits, 4 cells",
    "shallow-untrained": "4 fits, 4 cells",
    "thousand-digits": "2 fits, 4 cells",
    "z-score": "1 fit, 1 cell",
}
TINY = {
    "pixel-ae": {"max_images": 200},
    "pixel-ae-shallow": {"max_images": 200},
    "model-state-ae-layer1": {"max_images": 200},
    "model-state-ae-layer2": {"max_images": 200},
    "conv-ae": {"max_images": 64},
    "conv-ae-rmse": {"max_images": 64},
    "conv-ae-maxpool": {"max_images": 60},
    "conv-latent": {"max_images": 64},
    "latent": {"max_images": 200},
    "subject": {"min_images": 0, "epochs": 1},
}
"""Settings for seconds, by plugin object."""

LOOKS = {
    "model-state-ae-layer1": "subject",
    "model-state-ae-layer2": "subject",
    "latent-clustering": "latent",
    "gaussian@conv-latent": "conv-latent",
    "univariate-gaussian@conv-latent": "conv-latent",
}
"""Who offers what detectors look at, where it is trained."""

each_recipe = pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """The command line in an empty folder."""
    return Here(tmp_path, monkeypatch, capsys)


def content(recipe: Path) -> dict[str, Any]:
    """Return what a recipe says."""
    return tomllib.loads(recipe.read_text(encoding="utf-8"))


def test_there_is_one_for_every_experiment() -> None:
    """None is missing here, and none that is not listed."""
    assert {path.stem for path in RECIPES} == set(PLANNED)


@each_recipe
def test_a_recipe_loads_and_plans_what_it_says(recipe: Path, here: Here) -> None:
    """A dry run names its data set and counts its fits and cells; no data are needed for that."""
    ended = here("run", "--config", str(recipe), "--dry-run")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"{content(recipe)['dataset']}, ")
    assert f", {PLANNED[recipe.stem]}\n" in ended.out


def test_settings_that_an_experiment_names_are_in_its_recipe() -> None:
    """Epochs, batches and thresholds of the originals, where the defaults are others."""
    sets = {path.stem: content(path).get("set", {}) for path in RECIPES}
    assert {fields["epochs"] for fields in sets["sevens-against-fives"].values()} == {10}
    assert sets["z-score"]["conv-ae-maxpool"] == {"epochs": 50, "max_images": 50 * 60_000}
    assert content(FOLDER / "z-score.toml")["threshold"] == "zscore:3"
    assert sets["thousand-digits"]["pixel-ae"] == {"epochs": 400, "batch_size": 40}
    assert content(FOLDER / "shallow-hidden.toml")["sweep"]["pixel-ae-shallow"] == {"hidden": [[20], [50], [100]]}


def test_the_exposed_classifier_sees_the_noise_that_is_to_be_found() -> None:
    """Its levels are those of noise-1 to noise-4, and the recipe differs from the other in nothing else."""
    exposed, plain = (content(FOLDER / f"model-state{end}.toml") for end in ("-exposed", ""))
    assert exposed.pop("set") == {"subject": {"exposure": [[level.sigma, level.speck_rate] for level in LEVELS]}}
    assert exposed == plain


@each_recipe
@pytest.mark.faults
@pytest.mark.timeout(600)
def test_a_recipe_runs_on_a_few_images(recipe: Path, here: Here, tmp_path: Path) -> None:
    """Made tiny by --set, which leaves the recipe's other settings, and on embedded digits: every cell ends well."""
    wanted = content(recipe)
    taking_part = {*wanted["detectors"], *(LOOKS[name] for name in wanted["detectors"] if name in LOOKS)}
    tiny = [
        argument
        for name in sorted(taking_part & set(TINY))
        for field, value in TINY[name].items()
        for argument in ("--set", f"{name}.{field}={value}")
    ]
    # Fashion-MNIST has to be fetched; noise is at hand.
    anomalies = ["noise-4" if name == "fashion" else name for name in wanted["anomalies"]]
    chosen = [argument for name in dict.fromkeys(anomalies) for argument in ("-a", name)]
    quick = ["--timing-seconds", "0.01", "--batch-size", "64", "--in-process", "--out", str(tmp_path), "--name", "tiny"]
    ended = here("run", "--config", str(recipe), "--dataset", "digits", *chosen, *tiny, *quick)
    assert ended.status == 0, ended.err
    manifest = json.loads((tmp_path / "tiny" / "run.json").read_text())
    assert manifest["cells"] == {"ok": manifest["planned"]["cells"]}
    for name, fields in wanted.get("set", {}).items():
        kept = {field: value for field, value in fields.items() if field not in TINY.get(name, {})}
        assert kept.items() <= manifest["changes"][name].items()
