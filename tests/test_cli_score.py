"""``benchkit score``."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from cli_helpers import Ended, Here
from picture_helpers import png_that_claims, saved, seven
from PIL import Image

from benchkit import UsageError
from benchkit.cli.score_command import parse_classes

TOYS = Path(__file__).with_name("toy_plugins.py")


class Score:
    """Calls the command on the toy images, in a folder of its own."""

    def __init__(self, here: Here) -> None:
        self._here = here

    def __call__(self, *arguments: str, detector: str = "brightness") -> Ended:
        """Return how it ended."""
        options = ("--plugin", str(TOYS), "--dataset", "toy", "--device", "cpu", "-d", detector)
        return self._here("score", *options, *arguments)


@pytest.fixture
def score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Score:
    """Three pictures lie in the folder ``mine``."""
    (tmp_path / "mine").mkdir()
    for number, ink in enumerate((0, 60, 120)):
        saved(seven(ink=ink), tmp_path / "mine" / f"{number}.png")
    return Score(Here(tmp_path, monkeypatch, capsys))


def test_verdicts_are_printed_and_what_was_done_is_said(score: Score) -> None:
    """The table on standard output, the rest on standard error; status 0."""
    ended = score("mine")
    assert ended.status == 0
    assert [line.split()[:2] for line in ended.out.splitlines()[-3:]] == [[str(n), f"{n}.png"] for n in range(3)]
    assert "3 of 3 images: inverted, because its ground is bright" in ended.err
    assert "resized to 6 × 8" in ended.err


def test_broken_files_among_good_ones_end_with_1(score: Score, tmp_path: Path) -> None:
    """The good ones are scored; each broken one is named."""
    (tmp_path / "mine" / "broken.png").write_text("no picture")
    png_that_claims(tmp_path / "mine" / "bomb.png", 50_000, 50_000)
    ended = score("mine/*.png")
    assert ended.status == 1
    assert [line.split()[1] for line in ended.out.splitlines()[-3:]] == ["0.png", "1.png", "2.png"]
    for name in ("broken", "bomb"):
        assert f"benchkit: not scored: mine/{name}.png: got" in ended.err


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        (["none.png"], 1, "none.png: got no such file or folder"),
        (["*.gif"], 2, "matches no file"),
        (["empty"], 1, "an empty folder"),
        ([], 2, "images: got none"),
        (["mine", "--polarity", "x"], 2, "polarity: got 'x'"),
        (["mine", "--normal-labels", "x"], 2, "--normal-labels: got 'x'"),
        (["mine", "--held-out", "77"], 2, "got 77; expected some of those of toy"),
        (["mine", "--threshold", "x"], 2, "threshold policy: got 'x'"),
        (["mine", "--out", "a.xlsx"], 2, "expected .csv or .json"),
        (["mine", "--out", "no/a.csv"], 2, "--out: got no/a.csv; expected a folder that is there"),
        (["mine", "--gallery", "a.jpg"], 2, "ends in .png"),
        (["mine", "--gallery", "mine/0.png"], 2, "--gallery: got mine/0.png, which is one of the pictures"),
        (["mine", "--set", "brightness.scales=2"], 2, "scales"),
    ],
)
def test_a_wrong_request_says_what_is_wrong(
    given: list[str], status: int, said: str, score: Score, tmp_path: Path
) -> None:
    """In one paragraph, with its status, and nothing is printed of verdicts."""
    (tmp_path / "empty").mkdir()
    ended = score(*given)
    assert ended.status == status
    assert said in ended.err
    assert ended.out == ""


def test_a_fault_of_a_plugin_ends_with_1(score: Score, tmp_path: Path) -> None:
    """Its name, and where it lies; no traceback."""
    ended = score("mine", detector="brightness@broken-view")
    assert ended.status == 1
    assert "BrokenView 'broken-view': fit: got RuntimeError: this view is broken" in ended.err
    assert "Traceback" not in ended.err


def test_the_most_anomalous_goes_to_files_and_a_gallery(score: Score, tmp_path: Path) -> None:
    """All three show the same two, the most anomalous first."""
    for name in ("a.csv", "a.json"):
        assert score("mine", "--top", "2", "--out", name, "--gallery", "a.png", "--threshold", "zscore:1").status == 0
    ranked = score("mine", "--sort").out.splitlines()[-3:]
    table = pd.read_csv(tmp_path / "a.csv")
    assert table["index"].tolist() == [int(line.split()[0]) for line in ranked][:2]
    assert table["threshold_low"].notna().all()
    assert len(json.loads((tmp_path / "a.json").read_text())["images"]) == 2
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.format == "PNG"


@pytest.mark.parametrize(("text", "classes"), [(None, set()), ("7", {7}), ("0-2,6", {0, 1, 2, 6}), (" 3 , 3 ", {3})])
def test_classes_are_numbers_and_ranges(text: str | None, classes: set[int]) -> None:
    """As the plan of a run writes them."""
    assert parse_classes(text, "--held-out") == classes


@pytest.mark.parametrize("text", ["", "a", "1,", "3-1", "-1", "0-999999999", "1 2"])
def test_what_is_no_list_of_classes_is_refused(text: str) -> None:
    """Backwards, endless, empty."""
    with pytest.raises(UsageError, match="--held-out"):
        parse_classes(text, "--held-out")
