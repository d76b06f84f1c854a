"""``benchkit export-view``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cli_helpers import Ended, Here
from toy_plugins import ToyImages

from benchkit.data import read_text, to_levels

TOYS = Path(__file__).with_name("toy_plugins.py")


class Export:
    """Calls the command on the toy images, in a folder of its own."""

    def __init__(self, here: Here) -> None:
        self._here = here

    def __call__(self, *arguments: str, view: str = "columns") -> Ended:
        """Return how it ended."""
        return self._here("export-view", "--plugin", str(TOYS), "--dataset", "toy", "--view", view, *arguments)


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Export:
    """Return the command."""
    return Export(Here(tmp_path, monkeypatch, capsys))


def test_rows_and_labels_are_written_and_said(export: Export, tmp_path: Path) -> None:
    """One row an image, without a header; what was written stands on standard error."""
    ended = export("--out", "a.csv", "--labels", "l.csv", "--split", "test", "--limit", "50")
    assert ended.status == 0
    assert ended.out == ""
    assert "50 rows of 8 numbers are in a.csv; the view columns was fitted on 360 normal images" in ended.err
    assert np.loadtxt(tmp_path / "a.csv", delimiter=",").shape == (50, 8)
    assert np.loadtxt(tmp_path / "l.csv", dtype=int).tolist() == [number % 10 for number in range(50)]


def test_the_first_training_images_go_to_the_text_form(export: Export, tmp_path: Path) -> None:
    """As published, as the fourth experiment keeps its thousand digits."""
    assert export("--out", "a.txt", "--split", "published-train", "--limit", "100", view="toy-pixels").status == 0
    read, published = read_text(tmp_path / "a.txt"), ToyImages().load().train
    assert read.labels.tolist() == published.labels[:100].tolist()
    assert read.images.tolist() == to_levels(published.images[:100]).tolist()


def test_what_is_written_is_a_data_set(export: Export, tmp_path: Path, here_run: Here) -> None:
    """A run takes the file."""
    export("--out", "a.npz", "--split", "published-train")
    ended = here_run(
        "run", "--plugin", str(TOYS), "--dataset", "a.npz", "-d", "brightness", "-a", "brighter", "--in-process",
        "--timing-seconds", "0.01", "--format", "csv",
    )  # fmt: skip
    assert ended.status == 0, ended.err


@pytest.fixture
def here_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Any command in the same folder."""
    return Here(tmp_path, monkeypatch, capsys)


def test_a_setting_beside_a_file_keeps_the_file_s_others(export: Export, tmp_path: Path) -> None:
    """As in a run; a mistake in the file is told with its line."""
    (tmp_path / "c.toml").write_text("[set.subject]\nepochs = 0\n")
    ended = export("--config", "c.toml", "--set", "subject.batch_size=0", "--out", "a.csv", view="layer1")
    assert (ended.status, "batch_size=0" in ended.err) == (2, True)
    (tmp_path / "c.toml").write_text("[set.subject]\nepochs = -1\n")
    ended = export("--config", "c.toml", "--set", "subject.batch_size=8", "--out", "a.csv", view="layer1")
    assert ended.status == 2
    assert "epochs=-1" in ended.err
    assert "c.toml, line 2" in ended.err


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--out", "a.xlsx"], 2, "expected .csv, .npz, .txt"),
        (["--out", "no/a.csv"], 2, "--out: got no/a.csv"),
        (["--out", "a.csv", "--labels", "no/l.csv"], 2, "--labels: got no/l.csv"),
        (["--out", "a.csv", "--labels", "./a.csv"], 2, "which is --out as well"),
        (["--out", "a.csv", "--split", "all"], 2, "split: got 'all'"),
        (["--out", "a.csv", "-a", "brighter", "--split", "test"], 2, "belong to no split"),
        (["--out", "a.csv", "-a", "brighter", "--labels", "l.csv"], 2, "have no labels"),
        (["--out", "a.txt"], 2, "a.txt: got the view 'columns'"),
        (["--out", "a.csv", "--view", "broken-view"], 1, "this view is broken"),
    ],
)
def test_a_wrong_request_leaves_nothing_behind(
    arguments: list[str], status: int, said: str, export: Export, tmp_path: Path
) -> None:
    """One paragraph, its status, no file."""
    ended = export(*arguments)
    assert ended.status == status
    assert said in ended.err
    assert list(tmp_path.iterdir()) == []
