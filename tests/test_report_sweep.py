"""Speed by size of batch: read from the runs that swept, in every format and in Python."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from board_helpers import board_cell, section_of, texts_of
from toy_plugins import Brighter, Brightness, ToyImages

import benchkit
from benchkit.measure.flags import FLAGS
from benchkit.measure.sweep import SizeTiming
from benchkit.report import FORMATS, Leaderboard, leaderboards, render, sweep_of
from benchkit.results import RunStore, StoredRun, TimingRecord, read_run


def size(asked: int, speed: float, **changes: Any) -> SizeTiming:
    """Return a size at ``speed`` images a second."""
    latency = 1e3 * asked / speed
    values = {
        "asked": asked, "batch_size": asked, "images_per_second": speed, "latency_p50_ms": latency,
        "latency_p95_ms": 2 * latency, "latency_p99_ms": 3 * latency, "noise": 0.01, "repeats": 9,
    }  # fmt: skip
    return SizeTiming(**{**values, **changes})


SWEEPS = {"one": (size(1, 100.0), size(64, 6400.0)), "two": (size(1, 200.0), size(64, 3200.0))}


def record(detector: str, sweep: Sequence[SizeTiming], **changes: Any) -> TimingRecord:
    """Return the times of a fit group of one cell."""
    values: dict[str, Any] = {
        "dataset": "digits", "settings": "s", "seed": 0, "anomalies": ("noise-1",), "device": "cpu",
        "device_name": "Chip", "threads": 2, "batch_size": 64, "lane": "exclusive", "seconds": (0.01,),
    }  # fmt: skip
    return TimingRecord(**{**values, "detector": detector, "sweep": tuple(sweep), **changes})


def run_of(folder: Path, *records: TimingRecord, name: str = "run", asked: Sequence[int] = (1, 64)) -> StoredRun:
    """Store a run whose cells are those of the records."""
    with RunStore.create(folder, name, {"settings": {"batch_sizes": list(asked)}}) as store:
        for each in records:
            store.append_timing(each)
            for anomaly in each.anomalies:
                same = {name: getattr(each, name) for name in ("device", "device_name", "threads", "settings")}
                auroc = 0.9 if each.detector == "one" else 0.5
                store.append(board_cell(each.detector, anomaly, each.seed, auroc=auroc, **same))
    return read_run(store.folder)


def board(*runs: StoredRun, **options: Any) -> Leaderboard:
    """Return the only leaderboard."""
    (found,) = leaderboards(runs, **options)
    return found


@pytest.fixture
def swept(tmp_path: Path) -> StoredRun:
    """A run of two detectors and two sizes."""
    return run_of(tmp_path, *(record(detector, sweep) for detector, sweep in SWEEPS.items()))


def test_each_size_of_each_detector_is_a_row(swept: StoredRun) -> None:
    """By detector, the best by AUROC first, then by size; the best of a column is the best at its size."""
    assert texts_of(board(swept), "sweep") == {
        "one (batches of 1)": ["100", "10.00", "20.00", "30.00", "1.0"],
        "one (batches of 64)": ["6,400*", "10.00*", "20.00*", "30.00*", "1.0"],
        "two (batches of 1)": ["200*", "5.00*", "10.00*", "15.00*", "1.0"],
        "two (batches of 64)": ["3,200", "20.00", "40.00", "60.00", "1.0"],
    }


def test_it_stands_behind_the_speed(swept: StoredRun) -> None:
    """And says how large batches are filled."""
    sections = board(swept).sections
    assert [section.name for section in sections] == ["auroc", "ranks", "precision", "speed", "sweep"]
    assert "the same ones several times over" in sections[-1].notes[0]


def test_medians_are_taken_over_fit_groups(tmp_path: Path) -> None:
    """Each group counts for the cells that share it; three seeds of one size are one row."""
    speeds = (100.0, 400.0, 200.0)
    run = run_of(
        tmp_path, *(record("one", [size(1, speed)], seed=seed) for seed, speed in enumerate(speeds)), asked=[1]
    )
    assert texts_of(board(run), "sweep")["one (batches of 1)"][0] == "200*"


def test_numbers_of_two_machines_stand_apart(tmp_path: Path) -> None:
    """Named, and not held against each other."""
    runs = [
        run_of(tmp_path, record("one", SWEEPS["one"], seed=seed, device_name=chip), name=chip)
        for seed, chip in enumerate(("Chip", "Fish"))
    ]
    texts = texts_of(board(*runs), "sweep")
    assert list(texts)[:2] == ["one (Chip, 2 threads, batches of 1)", "one (Chip, 2 threads, batches of 64)"]
    assert not any("*" in text for row in texts.values() for text in row)


def test_of_equal_cells_the_later_run_counts(tmp_path: Path, swept: StoredRun) -> None:
    """As it does for every other number."""
    again = run_of(tmp_path, record("one", [size(1, 50.0), size(64, 50.0)]), name="again")
    assert texts_of(board(swept, again), "sweep")["one (batches of 1)"][0] == "50"


def test_what_sizes_say_is_said(tmp_path: Path) -> None:
    """Words with their meaning, and how many images fitted."""
    halved = replace(size(64, 6400.0), batch_size=32, flags="budget halved")
    run = run_of(tmp_path, record("one", [size(1, 100.0), halved]))
    _, budget, said, fitted = section_of(board(run), "sweep").notes
    assert budget == f"budget ({FLAGS['budget']}): one (1 of 2 timings)."
    assert said == f"halved ({FLAGS['halved']}): one (1 of 2 timings)."
    assert fitted == "Images a batch that fitted: one 32 of 64."


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "csv"])
def test_every_format_shows_it(form: str, swept: StoredRun) -> None:
    """Title, sizes and speeds."""
    text = render([board(swept)], form)
    for part in ("Speed by batch size", "batches of 64", "6,400"):
        assert part in text


def test_json_has_the_numbers_unrounded(swept: StoredRun) -> None:
    """As it has all others."""
    sections = json.loads(render([board(swept)], "json"))["leaderboards"][0]["sections"]
    (found,) = [section for section in sections if section["name"] == "sweep"]
    assert [entry["value"] for entry in found["rows"][1]["entries"]] == [6400.0, 10.0, 20.0, 30.0, 1.0]


def test_csv_has_columns_for_each_size(tmp_path: Path) -> None:
    """Behind all others: means over seeds; a row that was not timed at a size has none."""
    run = run_of(
        tmp_path, record("one", [size(1, 100.0)]), record("one", [size(1, 300.0)], seed=1), record("two", []), asked=[1]
    )
    one, two = csv.DictReader(io.StringIO(render([board(run)], "csv")))
    assert (one["images_per_second_at_1"], one["noise_at_1"]) == ("200.0", "0.01")
    assert (two["detector"], two["images_per_second_at_1"]) == ("two", "")


def test_without_a_sweep_nothing_is_there(tmp_path: Path) -> None:
    """No table and no column; the file of times is not even opened. Who asks for it learns how to get it."""
    run = run_of(tmp_path, record("one", []), asked=[])
    (run.folder / "timings.jsonl").write_text("damaged\n")
    assert "sweep" not in [section.name for section in board(run).sections]
    assert "_at_" not in render([board(run)], "csv")
    asked = section_of(board(run, columns="auroc,sweep"), "sweep")
    assert (asked.rows, "--batch-sizes 1,64,1024,16384" in asked.notes[0]) == ((), True)
    for form in FORMATS:
        assert render([board(run, columns="sweep")], form)


def test_damaged_times_cost_the_sweep_alone(swept: StoredRun) -> None:
    """The cells are there; `benchkit verify` says what is wrong."""
    (swept.folder / "timings.jsonl").write_text("damaged\n")
    assert [section.name for section in board(swept).sections] == ["auroc", "ranks", "precision", "speed"]


def test_cells_that_failed_have_no_speed(tmp_path: Path) -> None:
    """Times that are left of a cell which ended otherwise the next time do not count."""
    run = run_of(tmp_path, record("one", SWEEPS["one"]))
    with RunStore.reopen(run.folder) as store:
        store.append(board_cell("one", settings="s", status="failed", reason="broken", auroc=None))
    assert "sweep" not in [section.name for section in board(read_run(run.folder)).sections]


def test_python_has_it_as_a_frame(tmp_path: Path) -> None:
    """One line a cell and size, of a run that was really made; of a run without a sweep none."""
    options: dict[str, Any] = {"dataset": ToyImages(), "detectors": [Brightness()], "timing_seconds": 0.01}
    anomalies = [Brighter(), Brighter(name="glaring", amount=0.6)]
    run = benchkit.run(**options, anomalies=anomalies, out=tmp_path, device="cpu", batch_sizes=[1, 300])
    frame = run.sweep
    assert sorted(zip(frame["anomaly"], frame["asked"], strict=True)) == [
        ("brighter", 1), ("brighter", 300), ("glaring", 1), ("glaring", 300),
    ]  # fmt: skip
    assert frame["images_per_second"].gt(0).all()
    assert "brightness (batches of 300)" in run.table()
    without = benchkit.run(**options, anomalies=anomalies[:1], out=tmp_path, device="cpu")
    assert len(without.sweep) == 0
    assert list(without.sweep.columns) == list(sweep_of([run]).columns)
