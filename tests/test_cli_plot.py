"""``benchkit plot``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cli_helpers import Here
from plot_helpers import exhibit_of, picture_cell, picture_run, scores_of

from benchkit.cli import plot_command
from benchkit.pictures.errors import FIRST
from benchkit.pictures.gallery import MOST_IMAGES
from benchkit.pictures.style import WIDTH

KINDS = ("roc", "pr", "histogram", "gallery", "latent", "errors", "pareto", "curves")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Return the command line in a folder whose results hold a run of two detectors and two anomalies."""
    cells = [picture_cell(name, anomaly) for name in ("alpha", "beta") for anomaly in ("dark", "light")]
    picture_run(tmp_path / "results", *cells)
    return Here(tmp_path, monkeypatch, capsys)


def test_the_help_offers_what_the_pictures_do(here: Here) -> None:
    """What is kept apart for speed is what the pictures themselves say; every kind has a command."""
    assert (plot_command.WIDTH, plot_command.FIRST, plot_command.MOST_IMAGES) == (WIDTH, FIRST, MOST_IMAGES)
    assert set(plot_command.command.commands) == set(KINDS)  # type: ignore[attr-defined]
    assert "--normal-curve" in here("plot", "histogram", "--help").out


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_under_a_name_of_its_own(kind: str, here: Here, tmp_path: Path) -> None:
    """Without a run the latest is taken; without --out the name is the run's and the picture's."""
    ended = here("plot", kind, "-d", "alpha", "-a", "dark", "--dpi", "50")
    assert ended.status == 0
    assert ended.err == f"benchkit: the picture is in run-{kind}.png\n"
    assert (tmp_path / f"run-{kind}.png").read_bytes().startswith(b"\x89PNG")


def test_options_reach_the_picture(here: Here, tmp_path: Path) -> None:
    """Each changes what is drawn; a file that is there is replaced."""

    def drawn(*arguments: str) -> bytes:
        assert here("plot", *arguments, "-d", "alpha", "-a", "dark", "--out", "a.png", "--dpi", "50").status == 0
        return (tmp_path / "a.png").read_bytes()

    for kind, *option in (
        ("roc", "--kind", "pr"), ("histogram", "--normal-curve"), ("histogram", "--log"), ("gallery", "--images", "3"),
        ("latent", "--points", "2"), ("errors", "--first", "5"), ("errors", "--log"), ("curves", "--log"),
        ("roc", "--width", "9"),
    ):  # fmt: skip
        assert drawn(kind) != drawn(kind, *option)
    assert drawn("pr") == drawn("roc", "--kind", "pr")


def test_several_runs_stand_in_one_picture(here: Here, tmp_path: Path) -> None:
    """By id and by path; a detector that one of them has is enough."""
    picture_run(tmp_path / "results", picture_cell("gamma"), name="other")
    ended = here("plot", "roc", "run", "results/other", "-d", "gamma", "-d", "alpha", "-a", "dark", "--out", "r.svg")
    assert ended.status == 0
    drawn = (tmp_path / "r.svg").read_text(encoding="utf-8")
    assert "run · alpha" in drawn
    assert "other · gamma" in drawn
    assert here("plot", "pr", "run", "other", "-a", "dark").err == "benchkit: the picture is in pr.png\n"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["roc", "--out", "roc.jpg"], 2, "expected a name that ends with one of .png, .svg, .pdf"),
        (["roc", "--out", "none/roc.png"], 1, "could not write none/roc.png"),
        (["roc", "-d", "alpa"], 2, "Did you mean 'alpha'?"),
        (["roc", "-a", "night"], 2, "expected one of dark, light."),
        (["roc", "--seed", "4"], 2, "expected one of 0."),
        (["roc", "rum"], 2, "plot: got 'rum', which is not there"),
        (["gallery"], 2, "got 4 of them: galleries, one a cell; expected 1 at most"),
        (["latent", "--points", "0"], 2, "--points"),
    ],
)
def test_what_cannot_be_drawn_is_said(arguments: list[str], status: int, said: str, here: Here, tmp_path: Path) -> None:
    """In one paragraph, with the status of its kind; no file is left."""
    ended = here("plot", *arguments)
    assert ended.status == status
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert {path.name for path in tmp_path.iterdir()} == {"results"}


def test_a_run_without_scores_or_exhibits_says_how_to_get_them(here: Here, tmp_path: Path) -> None:
    """The pareto picture needs neither."""
    picture_run(tmp_path / "results", picture_cell(), name="bare", scores=False, exhibits=False)
    for kind, lacks in (
        ("roc", "raw scores"),
        ("errors", "raw scores"),
        ("latent", "exhibits"),
        ("curves", "exhibits"),
    ):
        ended = here("plot", kind, "bare")
        assert ended.status == 1
        assert f"got no {lacks} of alpha · dark · seed 0" in ended.err
        assert "run again without it" in ended.err
    assert here("plot", "pareto", "bare").status == 0


def test_what_is_left_out_is_noted(here: Here, tmp_path: Path) -> None:
    """A detector without a latent space, and one without a speed."""
    cells = [picture_cell("alpha"), picture_cell("nothing", images_per_second=None)]
    folder = picture_run(tmp_path / "results", *cells, name="some")
    from benchkit.results import RunStore

    with RunStore.reopen(folder) as store:
        store.save_exhibit(cells[1], exhibit_of(scores_of(cells[1]), (), points=0))
    for kind in ("latent", "curves"):
        assert "left out, having nothing of the kind to show: nothing\n" in here("plot", kind, "some").err
    assert "left out: nothing was not timed\n" in here("plot", "pareto", "some").err


def test_without_matplotlib_the_command_says_what_to_install(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not with a traceback."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    ended = here("plot", "roc")
    assert ended.status == 2
    assert "pip install 'benchkit[figures]'" in ended.err
