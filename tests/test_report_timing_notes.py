"""What stands above the table of speed: how sure it is, and what its rows say."""

from __future__ import annotations

from typing import Any

import pytest
from board_helpers import board_cell, board_of, section_of, texts_of

from benchkit.measure.flags import FLAGS
from benchkit.report.timing_notes import flag_notes
from benchkit.results import Cell


def timed(detector: str, anomaly: str = "noise-1", *, noise: float = 0.01, words: str = "", **changes: Any) -> Cell:
    """Return a timed cell."""
    times = {"images_per_second": 1000.0, "latency_p50_ms": 1.0, "latency_p99_ms": 3.0}
    return board_cell(detector, anomaly, timing_noise=noise, timing_flags=words, **{**times, **changes})


def notes(*cells: Cell) -> tuple[str, ...]:
    """Return what stands above the table of speed."""
    return section_of(board_of(cells), "speed").notes


def test_the_noise_is_said_in_the_middle_and_at_most() -> None:
    """With the row that is least sure."""
    assert notes(timed("one", noise=0.004), timed("two", noise=0.031), timed("three", noise=0.005)) == (
        "Half the 95 % interval of a median batch time: ± 0.5 % in the middle, ± 3.1 % at most (two).",
    )


def test_a_noise_of_any_size_is_readable() -> None:
    """No powers of ten."""
    assert "± 360 % in the middle, ± 360 % at most" in notes(timed("one", noise=3.6))[0]
    assert "± 0.0046 % in the middle" in notes(timed("one", noise=0.0000456))[0]


def test_runs_of_before_say_nothing() -> None:
    """Their rows have neither noise nor words."""
    assert notes(board_cell("one", images_per_second=5.0)) == ()


def test_a_word_is_said_with_its_meaning_and_its_rows() -> None:
    """Rows of which only some cells carry it say how many."""
    _, budget, halved = notes(
        *(timed("one", anomaly, words="budget halved") for anomaly in ("noise-1", "noise-2")),
        *(timed("two", "noise-1", words="budget"), timed("two", "noise-2")),
        *(timed("three", anomaly) for anomaly in ("noise-1", "noise-2")),
    )
    assert budget == f"budget ({FLAGS['budget']}): one, two (1 of 2 cells)."
    assert halved == f"halved ({FLAGS['halved']}): one."


def test_a_row_that_did_not_end_well_is_not_counted() -> None:
    """Its words stand with its reason."""
    failed = board_cell("two", status="failed", reason="broken", auroc=None, timing_flags="busy")
    assert len(notes(timed("one"), failed)) == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (1, "d0"), (4, "d0, d1, d2, d3"), (5, "d0, d1, d2, and 2 more"), (200, "d0, d1, d2, and 197 more"),
        (201, "all of them"),
    ],
)  # fmt: skip
def test_many_rows_are_one_short_sentence(rows: int, said: str) -> None:
    """Two hundred rows and one more, that carry a word or do not, make no table unreadable."""
    order = [f"d{number}" for number in range(201)]
    texts = {(row, "busy" if number < rows else ""): 3 for number, row in enumerate(order)}
    assert list(flag_notes(texts, order, "cell")) == [f"busy ({FLAGS['busy']}): {said}."]


def test_a_word_that_nobody_knows_is_shown_all_the_same() -> None:
    """It may come from elsewhere, and means something to somebody."""
    assert list(flag_notes({("one", "odd"): 1}, ["one"], "cell")) == ["odd (a word of another benchkit): one."]


def test_columns_of_what_no_row_has_are_left_out() -> None:
    """The way from the host and the allocator's memory are shown on a device, the 95th percentile since schema 4."""
    plain = board_of([timed("one")])
    labels = [heading.label for heading in section_of(plain, "speed").headings]
    assert labels[:3] == ["images/s ↑", "p50 ms ↓", "p99 ms ↓"]
    more = {"host_images_per_second": 500.0, "latency_p95_ms": 2.0, "score_memory_mb": 12.0}
    full = board_of([timed("one", **more), timed("two")])
    labels = [heading.label for heading in section_of(full, "speed").headings]
    assert labels[:5] == ["images/s ↑", "images/s from host ↑", "p50 ms ↓", "p95 ms ↓", "p99 ms ↓"]
    assert labels[-1] == "score MB ↓"
    assert texts_of(full, "speed")["two"][1] == "—"


def test_a_column_that_was_asked_for_is_there() -> None:
    """Even if nothing stands in it."""
    board = board_of([timed("one")], columns="latency_p95_ms,images_per_second")
    assert [heading.label for heading in section_of(board, "speed").headings] == ["p95 ms ↓", "images/s ↑"]
