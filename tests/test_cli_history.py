"""``benchkit history``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from history_helpers import write_series

from benchkit import UsageError
from benchkit.cli.history_command import FORMATS, command
from benchkit.history import FORMATS as HISTORY_FORMATS


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Return a results folder with four runs; the third loses 0.1."""
    write_series(tmp_path / "results", 0.8, 0.8, 0.7, 0.7)
    return tmp_path / "results"


def call(*arguments: object) -> Result:
    """Call the command; its errors come through as in the tests below."""
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


def shown(*arguments: object) -> list[str]:
    """Return the runs that are shown, in their order."""
    (series,) = json.loads(call(*arguments, "--format", "json").output)["series"]
    return [point["run"] for point in series["points"]]


def test_the_help_offers_the_formats_that_there_are() -> None:
    """The command's list of formats, kept apart for speed, is that of the history."""
    assert FORMATS == HISTORY_FORMATS


def test_runs_are_found_by_id_folder_and_file(results: Path) -> None:
    """A folder stands for all its runs, and so does no argument."""
    every = ["run-01", "run-02", "run-03", "run-04"]
    assert shown(results) == every
    assert shown("--results", results) == every
    assert shown("run-02", results / "run-01", results / "run-04" / "run.json", "--results", results) == [
        "run-01",
        "run-02",
        "run-04",
    ]


def test_a_plot_is_drawn_beside_the_table(results: Path, tmp_path: Path) -> None:
    """The table is printed all the same."""
    result = call(results, "--plot", tmp_path / "history.svg")
    assert "Changes of level: 1." in result.output
    assert (tmp_path / "history.svg").read_bytes().startswith(b"<?xml")


def test_a_plot_of_another_format_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    """The ending is wrong, wherever the runs are."""
    with pytest.raises(UsageError, match=r"\.svg"):
        call(tmp_path / "missing", "--plot", tmp_path / "history.gif")


def test_an_unknown_run_is_a_usage_error_with_what_there_is(results: Path) -> None:
    """The message lists the runs and the near miss."""
    with pytest.raises(UsageError, match=r"'run-1'.*run-01, run-02.*Did you mean") as caught:
        call("run-1", "--results", results)
    assert caught.value.exit_status == 2


def test_an_empty_folder_is_a_usage_error(tmp_path: Path) -> None:
    """With how to make a run."""
    with pytest.raises(UsageError, match=r"neither a run nor a folder of runs.*benchkit run"):
        call(tmp_path)


def test_the_command_stands_on_the_command_line(results: Path) -> None:
    """A real process ends with 0 for a history, and with 2 and one paragraph for an unknown metric."""
    line = [sys.executable, "-c", "from benchkit.cli import main; main()", "history", str(results)]
    good = subprocess.run([*line, "--format", "csv"], capture_output=True, text=True)
    assert (good.returncode, len(good.stdout.splitlines())) == (0, 5)
    bad = subprocess.run([*line, "--metric", "beauty"], capture_output=True, text=True)
    assert (bad.returncode, len(bad.stderr.splitlines())) == (2, 1)
    assert "'beauty'" in bad.stderr
