"""The single times of a run, stored and read back."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_helpers import cell

from benchkit import StoreError
from benchkit.measure.sweep import SizeTiming
from benchkit.results import RunStore, TimingRecord, read_timings, runs_in

RECORD = TimingRecord(
    dataset="digits", detector="gaussian", settings="ab", seed=0, anomalies=("noise-1", "noise-2"), device="cpu",
    device_name="a processor", threads=2, batch_size=64, lane="exclusive", seconds=(0.25, 0.5, 0.125),
    reference_at=(0, 2), reference_seconds=(0.001, 0.002), product_flop_per_second=1e11, copy_bytes_per_second=2e10,
    window_seconds=1.5,
)  # fmt: skip
SIZE = SizeTiming(
    asked=64, batch_size=32, images_per_second=3200.0, latency_p50_ms=10.0, latency_p95_ms=11.0, latency_p99_ms=12.0,
    noise=0.1 + 0.2, repeats=7, flags="budget halved",
)  # fmt: skip


def stored(folder: Path, *records: TimingRecord) -> Path:
    """Store records in a new run; return its folder."""
    with RunStore.create(folder, "run", {}) as store:
        for record in records:
            store.append_timing(record)
    return store.folder


def test_what_was_stored_comes_back(tmp_path: Path) -> None:
    """Every field and every digit, in the order in which they were stored."""
    swept = replace(RECORD, seed=1, sweep=(replace(SIZE, asked=1, batch_size=1), SIZE))
    other = replace(RECORD, detector="other", seconds=(0.1 + 0.2,), reference_at=(), reference_seconds=())
    records = (RECORD, swept, other)
    assert read_timings(stored(tmp_path, *records)) == records


def test_a_run_without_times_has_none(tmp_path: Path) -> None:
    """Runs of an older benchkit have no such file, and opening one again makes none."""
    folder = stored(tmp_path)
    RunStore.reopen(folder).close()
    assert read_timings(folder) == ()
    assert not (folder / "timings.jsonl").exists()


def test_an_anomaly_that_was_timed_again_has_its_last_times(tmp_path: Path) -> None:
    """A resumed run's second timing of a part of the group leaves the rest its first one."""
    again = replace(RECORD, anomalies=("noise-2",), seconds=(1.0,), reference_at=(), reference_seconds=())
    whole = replace(RECORD, seed=1)
    found = read_timings(stored(tmp_path, RECORD, whole, again, replace(whole, seconds=(2.0, 2.0, 2.0))))
    assert [(each.seed, each.anomalies, each.seconds[0]) for each in found] == [
        (0, ("noise-1",), 0.25),
        (0, ("noise-2",), 1.0),
        (1, ("noise-1", "noise-2"), 2.0),
    ]


def test_a_torn_last_line_is_left_out_and_mended(tmp_path: Path) -> None:
    """A killed run's half line costs itself only; opening the run again cuts it off and says so."""
    folder = stored(tmp_path, RECORD)
    with (folder / "timings.jsonl").open("ab") as file:
        file.write(b'{"schema": 3, "dat')
    assert read_timings(folder) == (RECORD,)
    with RunStore.reopen(folder) as store:
        assert store.mended == (
            "timings.jsonl: the last line was torn (18 bytes without a line break) and was cut off.",
        )
        store.append_timing(replace(RECORD, seed=1))
    assert [each.seed for each in read_timings(folder)] == [0, 1]


DAMAGE: dict[str, dict[str, Any]] = {
    "a time of nothing": {"seconds": [0.0]},
    "a negative reference": {"reference_seconds": [0.1, -0.1]},
    "no times": {"seconds": [], "reference_at": [], "reference_seconds": []},
    "a reference beyond the end": {"reference_at": [0, 3]},
    "a reference twice": {"reference_at": [1, 1]},
    "fewer references than places": {"reference_seconds": [0.1]},
    "a text for a number": {"batch_size": "64"},
    "a huge number": {"seconds": [10**400]},
    "a name that is a number": {"detector": 7},
    "a ceiling of nothing": {"product_flop_per_second": 0.0, "copy_bytes_per_second": 1e9},
    "one ceiling alone": {"copy_bytes_per_second": None},
    "a window of nothing": {"window_seconds": 0.0},
    "a size of nothing": {"sweep": [{**asdict(SIZE), "asked": 0}]},
    "a speed that is none": {"sweep": [{**asdict(SIZE), "images_per_second": -1.0}]},
    "a negative noise": {"sweep": [{**asdict(SIZE), "noise": -0.1}]},
    "a size without its latency": {"sweep": [{"asked": 1, "batch_size": 1}]},
    "a sweep that is a number": {"sweep": 7},
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_line_is_named(tmp_path: Path, damage: dict[str, Any]) -> None:
    """What no run writes is refused with file, line and next step."""
    folder = stored(tmp_path, RECORD)
    line = json.dumps({**asdict(RECORD), **damage})
    with (folder / "timings.jsonl").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    with pytest.raises(StoreError, match=r"timings\.jsonl, line 2: got .*; expected the timing of a fit group"):
        read_timings(folder)


@pytest.mark.parametrize(("schema", "words"), [(99, "newer benchkit"), (0, "older benchkit"), ("x", "whole number")])
def test_another_version_is_named(tmp_path: Path, schema: Any, words: str) -> None:
    """A file of a later benchkit is not guessed at."""
    folder = stored(tmp_path, RECORD)
    (folder / "timings.jsonl").write_text(json.dumps({**asdict(RECORD), "schema": schema}) + "\n", encoding="utf-8")
    with pytest.raises(StoreError, match=words):
        read_timings(folder)


@given(content=st.binary(max_size=200))
def test_any_bytes_are_times_or_one_store_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Nothing else is raised."""
    folder = tmp_path_factory.mktemp("times")
    (folder / "timings.jsonl").write_bytes(content)
    outcome: object = None
    try:
        outcome = read_timings(folder)
    except StoreError as error:
        outcome = str(error)
    assert isinstance(outcome, tuple) or "timings.jsonl" in str(outcome)


def test_a_time_that_is_no_number_is_not_stored(tmp_path: Path) -> None:
    """Infinity is refused when it is written, and leaves no line."""
    with RunStore.create(tmp_path, "run", {}) as store:
        with pytest.raises(StoreError, match="timing of gaussian"):
            store.append_timing(replace(RECORD, seconds=(float("inf"),)))
        store.append(cell())
    assert read_timings(runs_in(tmp_path)[0]) == ()
