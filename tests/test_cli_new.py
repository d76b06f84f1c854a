"""``benchkit new``: what it writes, what it prints, and what it ends with."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_helpers import Here

Install = Callable[..., Path]

RUN = {
    "detector": "-d mine", "view": "-d gaussian@mine", "anomaly": "-d gaussian -a mine",
    "dataset": "--dataset mine -d gaussian -a noise-4",
}  # fmt: skip


NEXT = "Next (pip install --editable while you work on it, or what you change does not count):"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Return the command in this process."""
    return Here(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("kind", RUN)
def test_a_distribution_is_written_and_the_next_commands_are_printed(here: Here, tmp_path: Path, kind: str) -> None:
    """A folder in this one; what to type is the last that is printed, a command a line."""
    done = here("new", kind, "mine")
    assert done.status == 0, done.err
    assert sorted(os.listdir(tmp_path)) == ["benchkit-mine"]
    assert sorted(os.listdir(tmp_path / "benchkit-mine")) == [
        ".github", ".gitignore", "README.md", "benchkit_mine.py", "pyproject.toml", "tests",
    ]  # fmt: skip
    assert done.out.splitlines()[1:] == [
        NEXT, "  pip install ./benchkit-mine", "  benchkit check mine", f"  benchkit run {RUN[kind]}",
    ]  # fmt: skip
    assert f"benchkit run {RUN[kind]}\n" in (tmp_path / "benchkit-mine" / "README.md").read_text()


def test_it_goes_where_it_is_told(here: Here, tmp_path: Path) -> None:
    """The folder's name is quoted for a shell where it has to be."""
    (tmp_path / "my plugins").mkdir()
    done = here("new", "view", "mine", "--into", "my plugins")
    assert done.status == 0, done.err
    assert (tmp_path / "my plugins" / "benchkit-mine" / "pyproject.toml").is_file()
    assert "  pip install 'my plugins/benchkit-mine'\n" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("detector", "My Det"), "Try `benchkit new detector my-det`."),
        (("detector", "../mine"), "Try `benchkit new detector mine`."),
        (("view", ""), "Try `benchkit new view my-view`."),
        (("anomaly", "--", "-mine"), "Try `benchkit new anomaly mine`."),
        (("dataset", "mine", "--into", "nowhere"), "--into nowhere: got no folder"),
        (("detector", "gaussian"), "plugin 'gaussian' (benchkit"),
        (("detector", "sklearn"), "the module benchkit_sklearn is there already, in benchkit"),
    ],
)
def test_a_wrong_request_is_one_paragraph_and_status_two(
    here: Here, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """Nothing is written."""
    done = here("new", *arguments)
    assert done.status == 2
    assert said in done.err
    assert done.err.startswith("benchkit: ")
    assert done.err.count("\n") == 1
    assert done.out == ""
    assert os.listdir(tmp_path) == []


def test_a_kind_that_there_is_not_is_refused(here: Here) -> None:
    """With the four that there are."""
    done = here("new", "detektor", "mine")
    assert done.status == 2
    assert all(kind in done.err for kind in RUN)


def test_nothing_is_written_twice(here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time what is there is kept, whatever it was changed to; it is said before any plugin is loaded."""
    assert here("new", "detector", "mine").status == 0
    (tmp_path / "benchkit-mine" / "benchkit_mine.py").write_text("changed")
    monkeypatch.setattr("benchkit.scaffold.distribution.load_registry", lambda: pytest.fail("plugins are loaded"))
    again = here("new", "anomaly", "mine")
    assert again.status == 2
    assert "benchkit-mine: is there already" in again.err
    assert (tmp_path / "benchkit-mine" / "benchkit_mine.py").read_text() == "changed"


def test_a_broken_plugin_is_no_hindrance(here: Here, install: Install) -> None:
    """Other people's faults are not the matter here, and nothing is said of them."""
    install("bad-ad", "bad", "raise ValueError")
    done = here("new", "detector", "mine")
    assert done.status == 0, done.err
    assert done.err == ""
