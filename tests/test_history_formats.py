"""Histories as text."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from history_helpers import cell, write_run, write_series

from benchkit import UsageError
from benchkit.history import History, history, read_runs, render

HOSTILE = "a\x1b[31m|b`<script>$x$\n## c"


@pytest.fixture
def drop(tmp_path: Path) -> History:
    """A detector that loses 0.1 with the third of four runs, of which the second has no number."""
    write_series(tmp_path, 0.8, None, 0.7, 0.7)
    write_run(tmp_path, "run-05", cell(value=0.7), day=5, git={"commit": "f" * 40, "dirty": True})
    return history(read_runs([tmp_path]))


@pytest.fixture
def hostile(tmp_path: Path) -> History:
    """Every text that a plugin or a file can choose is chosen badly."""
    for day, settings in ((1, "s1"), (2, "s2")):
        texts = {"distribution": HOSTILE + settings, "settings": settings}
        write_run(
            tmp_path,
            f"run-{day}",
            cell(HOSTILE, HOSTILE, protocol="<p>-x", dataset=HOSTILE, device_name=HOSTILE, **texts),
            day=day,
            git={"commit": "=cmd()", "dirty": False},
            started="=" + HOSTILE,
            detectors={HOSTILE: {HOSTILE: settings}},
        )
    return history(read_runs([tmp_path]), anomalies=["*"])


def test_a_table_has_a_line_a_run(drop: History) -> None:
    """When, which commit, the number as in the leaderboard, its interval, and what changed."""
    lines = [line.split() for line in render(drop).splitlines() if line.startswith("run-")]
    assert lines[0] == ["run-01", "2026-03-01", "12:00", "0000000", "0.800", "0.790", "to", "0.810"]
    assert lines[1] == ["run-02", "2026-03-02", "12:00", "0000000", "failed"]
    assert lines[2][-6:] == ["0.710", "-0.100", "(19.6", "×", "noise),", "worse"]
    assert lines[4][3] == "fffffff+"


def test_a_series_says_its_protocol_and_whether_its_level_changed(drop: History) -> None:
    """Above the table; what the marks mean stands below."""
    text = render(drop)
    assert text.startswith("alpha, Mean: AUROC ↑ (0 to 1), toy on CPU\n=====")
    assert "Protocol base.\nChanges of level: 1.\n" in text
    assert "benchkit compare judges two runs" in text
    assert text.endswith("not committed.\n")


def test_less_is_better_where_it_is(tmp_path: Path) -> None:
    """A higher false-positive rate is worse, a lower one better."""
    for day, value in enumerate([0.1] * 6 + [0.9] * 6, start=1):
        write_run(tmp_path, f"run-{day:02d}", cell(fpr95=value), day=day)
    assert "× noise), worse" in render(history(read_runs([tmp_path]), metric="fpr95"))


def test_columns_in_which_nothing_stands_are_left_out(tmp_path: Path) -> None:
    """No notes, no change: no columns for them."""
    write_series(tmp_path, 0.8, 0.8)
    text = render(history(read_runs([tmp_path])))
    assert "No change of level." in text
    assert "notes" not in text


def test_markdown_is_escaped(hostile: History) -> None:
    """A name makes no column, no markup and no heading."""
    text = render(hostile, "github")
    assert "\x1b" not in text
    assert "<script>" not in text
    assert [line for line in text.splitlines() if line.startswith("## ")] == []
    rows = [line for line in text.splitlines() if line.startswith("| run-")]
    assert len(rows) == 2
    assert len({row.replace("\\|", "").count("|") for row in rows}) == 1


def test_the_terminal_is_not_steered(hostile: History) -> None:
    """No control character reaches it, and no name begins a line of its own."""
    text = render(hostile, "text")
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if line.startswith("## ")] == []


def test_csv_has_a_line_a_point_with_numbers_unrounded(drop: History) -> None:
    """A gap has a status and no numbers; a change its size."""
    lines = list(csv.DictReader(io.StringIO(render(drop, "csv"))))
    assert [line["status"] for line in lines] == ["ok", "failed", "ok", "ok", "ok"]
    assert [line["value"] for line in lines] == ["0.8", "", "0.7", "0.7", "0.7"]
    assert [float(line["change"] or 0) for line in lines] == pytest.approx([0, 0, -0.1, 0, 0])
    assert {(line["metric"], line["detector"], line["column"], line["series"]) for line in lines} == {
        ("auroc", "alpha", "Mean", "1")
    }


def test_no_spreadsheet_runs_a_text(hostile: History) -> None:
    """What begins like a formula gets a quote in front, in every column of text."""
    (header, *lines) = list(csv.reader(io.StringIO(render(hostile, "csv"))))
    numbers = {header.index(name) for name in ("value", "low", "high", "change", "change_noises", "series")}
    texts = [text for line in lines for place, text in enumerate(line) if place not in numbers]
    assert "'=cmd()" in texts
    assert [text for text in texts if text[:1] in tuple("=+-@")] == []


def test_json_holds_everything(drop: History) -> None:
    """The metric, what the points have in common, and the points."""
    document = json.loads(render(drop, "json"))
    (series,) = document["series"]
    assert (document["version"], document["metric"]["name"], series["detector"]) == (1, "auroc", "alpha")
    assert series["parts"] == {"dark": "dark"}
    assert [point["value"] for point in series["points"]] == [0.8, None, 0.7, 0.7, 0.7]
    assert series["points"][2]["change"]["difference"] == pytest.approx(-0.1)


def test_an_unknown_format_is_a_usage_error(drop: History) -> None:
    """The formats are listed."""
    with pytest.raises(UsageError, match=r"'yaml'.*text, github, csv, json"):
        render(drop, "yaml")
