"""``benchkit table``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from benchkit import StoreError, UsageError
from benchkit.cli.table_command import FORMATS, POSTHOC, command
from benchkit.report import FORMATS as REPORT_FORMATS
from benchkit.report.apart import POSTHOC as REPORT_POSTHOC
from benchkit.results import Cell, RunStore


def cell(detector: str, **changes: Any) -> Cell:
    """Return a cell that ended well."""
    values = {"dataset": "digits", "view": "pixels", "anomaly": "noise-1", "seed": 0, "protocol": "base-x"}
    return Cell(**{**values, "detector": detector, "status": "ok", "auroc": 0.5, "device": "cpu", **changes})


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Return a results folder with two runs, of which ``second`` is the later."""
    for age, (run_id, detector) in enumerate([("second", "gaussian"), ("first", "pixel-ae")]):
        store = RunStore.create(tmp_path / "results", run_id, {})
        store.append(cell(detector))
        os.utime(store.folder / "run.json", (1_000_000 - age, 1_000_000 - age))
    return tmp_path / "results"


def call(*arguments: object) -> Result:
    """Call the command; its errors come through as in the tests below."""
    return CliRunner().invoke(command, [str(argument) for argument in arguments], catch_exceptions=False)


def test_the_help_offers_the_formats_and_tests_that_there_are() -> None:
    """The command's lists, kept apart for speed, are those of the report."""
    assert FORMATS == REPORT_FORMATS
    assert POSTHOC == REPORT_POSTHOC


def test_without_a_run_the_latest_is_shown(results: Path) -> None:
    """No RUN means the one that was written last."""
    output = call("--results", results).output
    assert "gaussian" in output
    assert "pixel-ae" not in output


def test_runs_are_found_by_id_folder_and_file_and_put_together(results: Path) -> None:
    """Two runs of one protocol make one ranking, however they are named."""
    outputs = {
        call("first", "second", "--results", results, "--format", "json").output,
        call(results / "first", results / "second", "--format", "json").output,
        call(results / "first" / "cells.jsonl", results / "second" / "run.json", "--format", "json").output,
    }
    (output,) = outputs
    (board,) = json.loads(output)["leaderboards"]
    assert [row["label"] for row in board["sections"][0]["rows"]] == ["gaussian", "pixel-ae"]


def test_the_table_goes_to_a_file(results: Path, tmp_path: Path) -> None:
    """With --out the screen stays empty and the file holds what the screen would have shown."""
    out = tmp_path / "leaderboard.md"
    assert call("--results", results, "--format", "github", "--out", out).output == ""
    assert out.read_text("utf-8") == call("--results", results, "--format", "github").output


def test_an_unknown_run_is_a_usage_error_with_what_there_is(results: Path) -> None:
    """The message lists the runs and the near miss; the command line ends with status 2 on it."""
    with pytest.raises(UsageError, match=r"'secnd'.*first, second.*Did you mean 'second'") as caught:
        call("secnd", "--results", results)
    assert caught.value.exit_status == 2


def test_no_run_at_all_is_a_usage_error(tmp_path: Path) -> None:
    """An empty results folder is named, with how to make a run."""
    with pytest.raises(UsageError, match=r"holds no run.*benchkit run"):
        call("--results", tmp_path)


def test_an_unknown_format_ends_with_status_2(results: Path) -> None:
    """The formats are listed."""
    result = call("--results", results, "--format", "pdf")
    assert result.exit_code == 2
    assert "'github'" in result.output


def test_what_was_mended_while_reading_is_said_on_standard_error(results: Path) -> None:
    """A torn last line is noted beside the table, not in it."""
    with (results / "second" / "cells.jsonl").open("a") as file:
        file.write('{"schema"')
    result = call("--results", results)
    assert "torn" in result.stderr
    assert "torn" not in result.stdout
    assert "gaussian" in result.stdout


def test_a_file_that_cannot_be_written_is_a_store_error(results: Path, tmp_path: Path) -> None:
    """The path and the next step are named."""
    with pytest.raises(StoreError, match=r"could not write .*missing"):
        call("--results", results, "--out", tmp_path / "missing" / "table.md")


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Return a run of three detectors that differ on eight anomalies."""
    store = RunStore.create(tmp_path, "three", {})
    for place, detector in enumerate(("a", "b", "c")):
        for anomaly in range(8):
            store.append(cell(detector, anomaly=f"noise-{anomaly}", auroc=0.9 - 0.1 * place + 0.01 * place * anomaly))
    return store.folder


def test_the_post_hoc_test_is_chosen_by_a_flag(three: Path) -> None:
    """Nemenyi's, or Wilcoxon's with Holm's correction; another one ends with status 2."""
    assert "then Nemenyi at 5 %" in call(three).output
    assert "then Wilcoxon's signed ranks, Holm over 3 pairs" in call(three, "--posthoc", "wilcoxon-holm").output
    assert call(three, "--posthoc", "tukey").exit_code == 2


def test_the_diagram_is_written_beside_the_table(three: Path, tmp_path: Path) -> None:
    """The table is shown as ever, and the picture shows the chosen test."""
    picture = tmp_path / "diagram.svg"
    result = call(three, "--posthoc", "wilcoxon-holm", "--critical-difference", picture)
    assert result.output == call(three, "--posthoc", "wilcoxon-holm").output
    assert "(Wilcoxon with Holm at 5 %)" in picture.read_text("utf-8")


def test_a_diagram_that_cannot_be_drawn_is_refused_before_anything_is_written(three: Path, tmp_path: Path) -> None:
    """An odd suffix, and two leaderboards; no table is written either, and the status is 2."""
    store = RunStore.create(tmp_path, "other", {})
    store.append(cell("a", dataset="other"))
    out = tmp_path / "table.md"
    for runs, picture in (([three], "diagram.txt"), ([three, store.folder], "diagram.svg")):
        with pytest.raises(UsageError, match="--critical-difference") as caught:
            call(*runs, "--critical-difference", tmp_path / picture, "--out", out)
        assert caught.value.exit_status == 2
        assert not out.exists()


def test_what_is_shown_can_be_chosen(results: Path) -> None:
    """--columns names tables and columns of speed, in their order; a wrong name ends with status 2 and the list."""
    text = call("--results", results, "--columns", "images_per_second,limit,auroc").output
    assert text.index("% of limit") < text.index("AUROC ↑")
    assert "Ranks" not in text
    with pytest.raises(UsageError, match=r"'limits'; expected some of auroc.*Did you mean 'limit'"):
        call("--results", results, "--columns", "limits")
