"""``benchkit report``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from page_helpers import made_run

from benchkit import UsageError
from benchkit.cli.report_command import command

pytest.importorskip("vl_convert", reason="the extra `report` is not installed")


def call(*arguments: object) -> Result:
    """Call the command; its errors come through."""
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


def test_the_page_of_a_run_is_written_and_named(tmp_path: Path) -> None:
    """By id, by folder, or the latest: index.html in a folder that is made; an earlier page is replaced."""
    made_run(tmp_path / "results")
    out = tmp_path / "new" / "out"
    for run in (["run"], [tmp_path / "results" / "run"], []):
        said = call(*run, "--results", tmp_path / "results", "--out", out).output
        assert said.startswith(str(out / "index.html"))
        assert "<title>run – benchkit</title>" in (out / "index.html").read_text(encoding="utf-8")
    assert [path.name for path in out.iterdir()] == ["index.html"]


def test_without_vega_the_line_that_installs_it_is_said_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user without the extra is told so."""
    made_run(tmp_path / "results")
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(UsageError, match=r"pip install 'benchkit\[report\]'"):
        call("run", "--results", tmp_path / "results", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """Nothing is overwritten that is no page."""
    made_run(tmp_path / "results")
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="which is a file; expected a folder"):
        call("run", "--results", tmp_path / "results", "--out", tmp_path / "out")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_a_run_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    """Said as the other commands say it."""
    made_run(tmp_path / "results")
    with pytest.raises(UsageError, match=r"report: got 'rum', which is not there;.* Did you mean 'run'"):
        call("rum", "--results", tmp_path / "results")
