"""Leaderboards as text, with names that try to break each format."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchkit import UsageError
from benchkit.measure.metrics import METRICS
from benchkit.measure.pooling import pooled_interval
from benchkit.report import FORMATS, Leaderboard, leaderboards, render
from benchkit.report.formats import github, latex
from benchkit.report.formats.parts import one_line
from benchkit.report.formats.tidy import COLUMNS
from benchkit.results import Cell, StoredRun, to_frame

HOSTILE = "a|b&c%d_e#f<script>alert(1)</script>$g{h}~i^j\\k`l*m*[n](o)\x1b[2Jp\nq\u202er\"s'"


def cell(detector: str = "one", anomaly: str = "noise-1", seed: int = 0, **changes: Any) -> Cell:
    """Return a cell that ended well, on one CPU, under one protocol."""
    values = {
        "dataset": "digits", "view": "pixels", "status": "ok", "auroc": 0.5, "precision": 0.5, "settings": "s",
        "protocol": "base-x", "device": "cpu", "device_name": "Chip", "threads": 2, "batch_size": 64,
        "threshold_policy": "quantile:0.95", "prevalence": 0.5, "images_per_second": 12345.6,
    }  # fmt: skip
    return Cell(**{**values, "detector": detector, "anomaly": anomaly, "seed": seed, **changes})


def boards(*cells: Cell) -> list[Leaderboard]:
    """Return the leaderboards of one run."""
    return leaderboards([StoredRun(Path("results/run"), {}, to_frame(one.to_dict() for one in cells))])


def hostile_boards() -> list[Leaderboard]:
    """Return a leaderboard whose every text, from data set to reason, is hostile."""
    return boards(
        cell(HOSTILE, HOSTILE, dataset=HOSTILE, device_name=HOSTILE, threshold_policy=HOSTILE, auroc=0.9),
        cell("plain", HOSTILE, dataset=HOSTILE, status="failed", reason=HOSTILE, auroc=None),
    )


TWO = (cell("a", auroc=0.25), cell("a", seed=1, auroc=0.75), cell("b", auroc=0.125), cell("b", seed=1, auroc=0.375))


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_rows_columns_and_numbers(form: str) -> None:
    """Detectors, anomalies and the mean over seeds stand in every format, and the text ends with a line break."""
    text = render(boards(*TWO), form)
    for part in ("a", "b", "noise-1", "0.5", "0.25", "quantile:0.95"):
        assert part in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("form", FORMATS)
def test_no_cells_are_said_or_make_an_empty_document(form: str) -> None:
    """Without a leaderboard each format still returns a valid text of its kind."""
    text = render([], form)
    if form == "json":
        assert json.loads(text)["leaderboards"] == []
    elif form == "csv":
        assert list(csv.reader(io.StringIO(text))) == [list(COLUMNS)]
    else:
        assert "No cells were recorded." in text


def test_an_unknown_format_is_a_usage_error_with_those_there_are() -> None:
    """The message lists the formats and the near miss."""
    with pytest.raises(UsageError, match=r"'latx'.*github.*Did you mean 'latex'"):
        render([], "latx")


@pytest.mark.parametrize("form", ["text", "github", "latex", "html", "csv"])
def test_control_characters_never_reach_the_reader(form: str) -> None:
    """No escape sequence, line break or change of reading direction from a plugin's text is passed on."""
    text = render(hostile_boards(), form)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "p\nq" not in text


def unescaped_pipes(line: str) -> int:
    """Return how many column borders GitHub sees in a line."""
    return len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))


def test_a_github_table_keeps_its_columns_and_shows_markup_as_text() -> None:
    """Every line of a table has as many borders as its rule, and no tag, link or emphasis of a name is live."""
    text = render(hostile_boards(), "github")
    tables = [block.split("\n") for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 4
    for lines in tables:
        assert {unescaped_pipes(line) for line in lines} == {lines[1].count("|")}
    assert "<" not in text
    assert r"\[n\](o)" in text
    assert r"l\*m\*" in text


def test_github_bolds_the_best_and_no_other() -> None:
    """The better detector's mean and column are bold, with the spread."""
    lines = [line for line in render(boards(*TWO), "github").split("\n") if line.startswith(("| a", "| b"))]
    assert lines[0].split()[3] == "**0.500"
    assert "**0.500 ± .354**" in lines[0]
    assert "**" not in lines[1]
    assert "0.250 ± .177" in lines[1]


@pytest.mark.parametrize("start", ["# x", "- x", "+ x", "1. x", "12) x", "=== "])
def test_github_text_opens_no_block(start: str) -> None:
    """What would begin a heading, a list or a rule is escaped at the start of a line; a number is left alone."""
    assert re.match(r"(\d+)?\\", github.escape(start))
    assert github.escape("0.953") == "0.953"


def test_latex_escapes_all_that_latex_reads() -> None:
    """With the escapes taken away, nothing is left of the hostile text that LaTeX, as it is by default, cannot set."""
    escaped = latex.escape(HOSTILE)
    for command in (r"\textbackslash{}", r"\textasciitilde{}", r"\textasciicircum{}", r"\textless{}",
                    r"\textgreater{}", r"\textbar{}", "''", "{[}", "{]}"):  # fmt: skip
        assert command in escaped
        escaped = escaped.replace(command, "")
    escaped = re.sub(r"\\[&%$#_{}]", "", escaped)
    assert not set('\\&%$#_{}~^"\ufffd') & set(escaped)


def test_a_latex_table_keeps_its_columns() -> None:
    """Every line of a tabular has one column separator less than the tabular has columns, and braces are balanced."""
    text = render(hostile_boards(), "latex")
    tabulars = re.findall(r"\\begin\{tabular\}\{(l?r*)\}(.*?)\\end\{tabular\}", text, flags=re.DOTALL)
    assert len(tabulars) == 4
    for columns, body in tabulars:
        rows = [line for line in body.split("\n") if line.endswith(r"\\")]
        assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {len(columns) - 1}
    assert len(re.findall(r"(?<!\\)\{", text)) == len(re.findall(r"(?<!\\)\}", text))
    assert r"\textbf{0.900}" in text


class Tags(html.parser.HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its event handlers."""
        self.tags.add(tag)
        self.tags.update(f"@{name}" for name, _ in attrs if name.startswith("on"))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.words.append(data.strip())


def test_html_shows_a_script_as_text_and_fetches_nothing() -> None:
    """The page holds tables and no tag of a name's making, and the name can be read as it was given."""
    page = render(hostile_boards(), "html")
    tags = Tags()
    tags.feed(page)
    assert tags.tags == {"html", "head", "meta", "title", "style", "body", "h2", "h3", "p", "div", "table", "thead",
                         "tbody", "tr", "th", "td", "strong", "ul", "li"}  # fmt: skip
    assert one_line(HOSTILE) in tags.words
    assert "http" not in page


def test_json_holds_the_numbers_unrounded() -> None:
    """The document parses, and the best entry has its value, spread, text and mark."""
    document = json.loads(render(boards(*TWO), "json"))
    (board,) = document["leaderboards"]
    assert (document["version"], board["dataset"], board["device"], board["protocol"]) == (2, "digits", "cpu", "base")
    auroc = board["sections"][0]
    assert auroc["name"] == "auroc"
    assert auroc["headings"] == [{"label": label, "higher_is_better": True} for label in ("Mean", "noise-1")]
    assert [row["label"] for row in auroc["rows"]] == ["a", "b"]
    assert auroc["rows"][0]["entries"][1] == {
        "value": 0.5, "spread": pytest.approx(0.125**0.5), "low": None, "high": None, "text": "0.500 ± .354",
        "interval": "", "best": True,
    }  # fmt: skip


SURE = (cell("a", auroc=0.989, auroc_low=0.9881, auroc_high=0.9912), cell("b", auroc=0.5))


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("text", r"a +0\.989\* +0\.989\* *\n +\[\.988 \.991\] +\[\.988 \.991\] *\n"),
        ("github", "\\| \\*\\*0\\.989\\*\\* \\[\\.988\xa0\\.991\\] \\|"),
        ("html", r"<strong>0\.989</strong><small>\[\.988 \.991\]</small>"),
        ("latex", r"\\shortstack\[r\]{\\textbf{0\.989}\\\\{\\scriptsize {\[}\.988 \.991{\]}}} [&\\]"),
    ],
)
def test_an_interval_stands_with_its_number(form: str, shown: str) -> None:
    """Below it, or beside it where the reader's table breaks its lines; a number without one stands alone."""
    text = render(boards(*SURE), form)
    assert re.search(shown, text)
    assert text.count(".988") == 2
    assert "DeLong" in text


@pytest.mark.parametrize("form", ["text", "github", "html", "latex"])
def test_what_the_ranks_rest_on_stands_with_them(form: str) -> None:
    """The notes of a table are shown in every format that people read."""
    assert "Rank range: where a detector may stand by Mean" in render(boards(*SURE), form)


def test_json_holds_intervals_and_tests() -> None:
    """Ends unrounded, the range of ranks as numbers, and the test that the groups rest on."""
    cells = [cell(name, f"n{n}", auroc=0.9 - 0.2 * place, auroc_low=0.4, auroc_high=0.95)
             for place, name in enumerate("abc") for n in range(6)]  # fmt: skip
    (board,) = json.loads(render(boards(*cells), "json"))["leaderboards"]
    first = board["sections"][0]["rows"][0]["entries"][1]
    assert (first["low"], first["high"], first["interval"]) == (0.4, 0.95, "[.400 .950]")
    assert board["sections"][1]["rows"][0]["entries"][1] == {
        **dict.fromkeys(("value", "spread")), "low": 1, "high": 3, "text": "1–3", "interval": "", "best": False,
    }  # fmt: skip
    assert board["tests"] == {
        "blocks": 6, "test": "Friedman", "statistic": pytest.approx(12.0), "p_value": pytest.approx(np.exp(-6.0)),
        "posthoc": "nemenyi", "critical_difference": pytest.approx(1.353, abs=1e-3),
    }  # fmt: skip


def test_csv_has_the_ends_of_every_metric_s_interval() -> None:
    """Of one seed its own, of several pooled, of a cell that has none empty; they come after the numbers."""
    one, two = (
        {"recall": 0.5, "recall_low": 0.4, "recall_high": 0.7},
        {"recall": 0.6, "recall_low": 0.5, "recall_high": 0.8},
    )
    lines = tidy(cell("a", **one), cell("b", **one), cell("b", seed=1, **two))
    assert [(line["recall_low"], line["recall_high"]) for line in lines] == [
        ("0.4", "0.7"), tuple(map(repr, pooled_interval([0.5, 0.6], [0.4, 0.5], [0.7, 0.8]))),
    ]  # fmt: skip
    assert (lines[0]["fpr95_low"], lines[0]["auroc_high"]) == ("", "")
    assert set(COLUMNS) >= {f"{name}_{end}" for name in METRICS for end in ("low", "high")}
    assert len(set(COLUMNS)) == len(COLUMNS)


def test_json_keeps_hostile_text_as_it_is() -> None:
    """A program gets the very name, undefined numbers as null."""
    board = json.loads(render(hostile_boards(), "json"))["leaderboards"][0]
    assert board["dataset"] == HOSTILE
    assert board["sections"][0]["rows"][1]["entries"][0]["value"] is None


def tidy(*cells: Cell) -> list[dict[str, str]]:
    """Return the lines of the CSV."""
    return list(csv.DictReader(io.StringIO(render(boards(*cells), "csv"))))


def test_csv_has_one_line_a_detector_and_anomaly() -> None:
    """Seeds are averaged, with their number and spread; every column of the header is there."""
    lines = tidy(*TWO, cell("a", "noise-2", auroc=1.0, auroc_low=0.9), cell("b", "noise-2"))
    assert [(line["detector"], line["anomaly"], line["seeds"]) for line in lines] == [
        ("a", "noise-1", "2"), ("a", "noise-2", "1"), ("b", "noise-1", "2"), ("b", "noise-2", "1"),
    ]  # fmt: skip
    assert tuple(lines[0]) == COLUMNS
    assert float(lines[0]["auroc"]) == 0.5
    assert float(lines[0]["auroc_spread"]) == pytest.approx(0.125**0.5)
    assert (lines[1]["auroc"], lines[1]["auroc_low"], lines[1]["auroc_spread"]) == ("1.0", "0.9", "")
    assert lines[0]["fpr95"] == ""
    assert lines[0]["batch_size"] == "64"


def test_csv_names_what_went_wrong_and_gives_no_number() -> None:
    """A failed cell and one skipped for every detector have a line with status and reason, and empty numbers."""
    lines = tidy(
        cell("a"),
        cell("a", "noise-2", status="failed", auroc=0.5, reason="boom"),
        cell("a", "fashion", status="skipped", auroc=None, reason="no files"),
    )
    assert [(line["anomaly"], line["status"], line["reason"]) for line in lines] == [
        ("noise-1", "ok", ""), ("noise-2", "failed", "boom"), ("fashion", "skipped", "no files"),
    ]  # fmt: skip
    assert [line["auroc"] for line in lines] == ["0.5", "", ""]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_csv_text_is_no_formula(name: str) -> None:
    """A text that a spreadsheet would run has a quote in front."""
    assert tidy(cell(name))[0]["detector"] == f"'{name}"


@settings(max_examples=20, deadline=None)
@given(name=st.text(max_size=20), reason=st.text(max_size=20))
@example(name="\0", reason="\0")
def test_any_text_can_be_shown_in_every_format(name: str, reason: str) -> None:
    """No name or reason makes a format fail, break its columns or produce text that cannot be written."""
    found = boards(cell(name), cell(name, "other", status="failed", auroc=None, reason=reason))
    for form in FORMATS:
        render(found, form).encode()
    assert len(tidy(cell(name))) == 1
    json.loads(render(found, "json"))
