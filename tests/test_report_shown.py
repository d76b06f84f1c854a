"""Choosing what a leaderboard shows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from board_helpers import board_cell, board_of, section_of, texts_of
from hypothesis import given
from hypothesis import strategies as st

from benchkit import UsageError
from benchkit.measure.metrics import METRICS
from benchkit.report import FORMATS, Leaderboard, render
from benchkit.report.formats.tidy import COLUMNS as CSV_COLUMNS
from benchkit.report.shown import COLUMNS, USUAL, check_columns
from benchkit.report.speed import SPEED, SPEED_COLUMNS
from benchkit.results import CELL_FIELDS

MEASURED = {
    "f1": 0.25, "f1_low": 0.125, "f1_high": 0.375, "images_per_second": 1000.0, "latency_p50_ms": 1.0,
    "latency_p95_ms": 2.0, "latency_p99_ms": 3.0, "flop_per_image": 2e6, "limit_share": 0.5,
}  # fmt: skip
GROUP = [board_cell(anomaly=f"held-{digit}", anomaly_group="held", **MEASURED) for digit in (1, 2)]


def board(columns: Sequence[str] | str | None) -> Leaderboard:
    """Return a leaderboard of two detectors on two anomalies of one group."""
    other = [
        board_cell("two", f"held-{digit}", anomaly_group="held", **{**MEASURED, "auroc": 0.75}) for digit in (1, 2)
    ]
    return board_of([*GROUP, *other], columns=columns)


def names(columns: Sequence[str] | str | None) -> list[str]:
    """Return which tables there are."""
    return [section.name for section in board(columns).sections]


def test_the_usual_is_what_its_names_say() -> None:
    """Asking for it by name is asking for nothing, in every format but that of CSV, which then has every metric."""
    named = board("auroc,ranks,precision,speed,members")  # the table of a sweep is usual where there is one
    assert names(None) == ["auroc", "ranks", "precision", "speed", "auroc of held"]
    for form in FORMATS:
        assert (render([named], form) == render([board(None)], form)) == (form != "csv")


@given(st.lists(st.sampled_from(COLUMNS), min_size=1))
def test_tables_and_columns_stand_as_they_were_asked_for(asked: list[str]) -> None:
    """Each once, a metric as a table, a number of speed as a column; nothing else is there."""
    found = check_columns(asked)
    assert found == check_columns(",".join(asked))
    tables = (*METRICS, "ranks", "members", "sweep")
    assert set(found.tables) == {name if name in tables else "speed" for name in asked}
    assert [name for name in dict.fromkeys(asked) if name in METRICS] == list(found.metrics)
    usual = [column.name for column in SPEED]
    speed = [each for name in asked for each in (usual if name == "speed" else [name]) if each in SPEED_COLUMNS]
    assert [column.name for column in found.speed] == list(dict.fromkeys(speed))


def test_a_metric_is_a_table_and_a_number_of_speed_a_column() -> None:
    """The order is the one that was asked for."""
    chosen = "f1,limit,images_per_second,auroc"
    assert names(chosen) == ["f1", "speed", "auroc"]
    speed = section_of(board(chosen), "speed")
    assert [heading.label for heading in speed.headings] == ["% of limit ↑", "images/s ↑"]
    assert texts_of(board(chosen), "speed")["one"] == ["50.0*", "1,000*"]
    assert texts_of(board(chosen), "f1")["one"] == ["0.250* [.125 .375]"] * 2


def test_a_number_without_a_direction_has_no_best() -> None:
    """More operations are neither better nor worse."""
    assert texts_of(board("flop_per_image,bytes_per_image"), "speed")["one"] == ["2,000,000", "—"]


def test_rows_stand_in_the_same_order_whatever_is_shown() -> None:
    """By mean AUROC, also where it is not shown."""
    for chosen in ("auroc", "limit", "f1"):
        (section,) = board(chosen).sections
        assert [row.label for row in section.rows] == ["two", "one"]


def test_the_caption_speaks_of_what_is_shown() -> None:
    """Nothing is said of intervals, or of means over anomalies, that are not there."""
    speed, f1, usual = (" ".join(board(columns).caption) for columns in ("limit", "f1", None))
    assert "interval" not in speed
    assert "overall mean" not in speed
    assert "a stratified bootstrap for F1" in f1
    assert "DeLong" not in f1
    assert "DeLong's, on the logit scale, for AUROC" in usual


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("limt", r"got the column 'limt'; expected some of auroc.*limit, joined by commas\. Did you mean 'limit'\?"),
        (["auroc", "imagespersecond"], "Did you mean 'images_per_second'"),
        ("auroc,", "got the column ''"),
        ("", "got the column ''"),
        ([], "got no column"),
        ("AUROC", "Did you mean|expected some of auroc"),
    ],
)
def test_a_wrong_name_lists_those_that_there_are(columns: Any, words: str) -> None:
    """With the nearest one."""
    with pytest.raises(UsageError, match=words):
        check_columns(columns)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_what_was_chosen_and_no_more(form: str) -> None:
    """F1 and the share of the limit are there; AUROC and latency are not."""
    text = render([board("f1,limit")], form)
    assert "50" in text or "0.5" in text
    assert "0.25" in text
    for heading in ("AUROC ↑", "p50", "images/s ↑", "auroc,", "images_per_second"):
        assert heading not in text


def test_csv_has_the_chosen_numbers_by_the_names_of_their_fields() -> None:
    """With spread and ends of intervals; the usual header has every metric."""
    header, *lines = csv.reader(io.StringIO(render([board("f1,limit,limit")], "csv")))
    assert header[-6:] == ["f1", "limit_share", "f1_spread", "limit_share_spread", "f1_low", "f1_high"]
    assert [line[-6:-4] for line in lines] == [["0.25", "0.5"]] * 4
    assert set(METRICS) < set(CSV_COLUMNS)


def test_json_holds_the_tables_and_numbers_that_were_chosen() -> None:
    """The share is shown in per cent, and unrounded beside that."""
    document = json.loads(render([board("limit")], "json"))
    (section,) = document["leaderboards"][0]["sections"]
    assert section["rows"][0]["entries"][0]["value"] == 50.0
    assert "shown" not in document["leaderboards"][0]


def test_every_column_of_speed_is_a_field_of_the_cell() -> None:
    """No name leads to a number that no row has, and the usual ones are among them."""
    assert {column.source for column in SPEED_COLUMNS.values()} <= set(CELL_FIELDS)
    assert set(USUAL.speed) <= set(SPEED_COLUMNS.values())
    assert len(set(COLUMNS)) == len(COLUMNS)
