"""What a run keeps of its timing."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_helpers import cell

import benchkit
from benchkit.measure.readings import Readings
from benchkit.measure.sweep import SizeTiming
from benchkit.results import read_timings
from benchkit.runner.group import Outcome
from benchkit.runner.timings import timing_of

READINGS = Readings((0.25, 0.5), (0,), (0.001,), window_seconds=0.875)
SWEEP = (
    SizeTiming(
        asked=64, batch_size=32, images_per_second=3200.0, latency_p50_ms=10.0, latency_p95_ms=11.0,
        latency_p99_ms=12.0, noise=0.05, repeats=7, flags="budget halved",
    ),
)  # fmt: skip
TIMED = {"threads": 2, "batch_size": 8, "timing_lane": "exclusive", "device": "cpu"}


def test_a_group_that_was_not_timed_leaves_nothing() -> None:
    """Neither failed cells nor cells without times make a record."""
    assert timing_of([]) is None
    assert timing_of([Outcome(cell())]) is None
    assert timing_of([Outcome(cell(status="failed", reason="broken", **TIMED), readings=READINGS)]) is None


def test_the_record_names_the_good_cells() -> None:
    """Cells that failed have no part in the times."""
    good = [Outcome(cell(anomaly=name, **TIMED), readings=READINGS, sweep=SWEEP) for name in ("noise-1", "noise-2")]
    bad = Outcome(cell(anomaly="odd", status="failed", reason="broken", **TIMED), readings=READINGS)
    found = timing_of([good[0], bad, good[1]])
    assert found is not None
    assert found.anomalies == ("noise-1", "noise-2")
    assert (found.seconds, found.reference_at, found.reference_seconds) == ((0.25, 0.5), (0,), (0.001,))
    assert (found.window_seconds, found.sweep) == (0.875, SWEEP)


@pytest.mark.parametrize("jobs", [0, 1])
def test_the_stored_times_make_the_cells_throughput(tmp_path: Path, jobs: int) -> None:
    """In this process and in a worker: batch size by the median of the stored times is the stored images a second."""
    run = benchkit.run(
        dataset="digits", detectors=["univariate-gaussian"], anomalies=["noise-3", "noise-4"], out=tmp_path, jobs=jobs,
        timing_seconds=0.05,
    )  # fmt: skip
    (record,) = read_timings(run.folder)
    median = sorted(record.seconds)[len(record.seconds) // 2] if len(record.seconds) % 2 else None
    assert sorted(record.anomalies) == ["noise-3", "noise-4"]
    assert record.reference_at[0] == 0
    assert set(run.cells["batch_size"]) == {record.batch_size}
    assert median is None or set(run.cells["images_per_second"]) == {record.batch_size / median}
