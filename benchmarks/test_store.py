"""Cells a second onto the disk, beside a bare loop that writes and syncs the same bytes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchkit.results import Cell, RunStore, read_run
from benchkit.results.encoding import encode_cell

ROUNDS = 1_000
WARM_UP = 50

CELL = Cell(
    dataset="mnist", detector="conv-autoencoder", view="pixels", anomaly="held-out-7", anomaly_group="held-out", seed=3,
    status="ok", auroc=0.9123456789012345, auroc_low=0.9023456789012345, auroc_high=0.9223456789012345,
    average_precision=0.8987654321098765, precision=0.8876543210987654, recall=0.6543210987654321,
    f1=0.7532109876543211, fpr95=0.3210987654321098, accuracy=0.8012345678901234, threshold=0.0123456789012345,
    threshold_policy="quantile:0.95", prevalence=0.5, n_train=50_000, n_calibration=10_000, n_normal=5_000,
    n_anomaly=5_000, fit_seconds=12.345678901, view_seconds=0.001234567, images_per_second=123456.789,
    latency_p50_ms=8.123456789, latency_p99_ms=9.123456789, batch_size=1024, device="cpu",
    device_name="Some Processor @ 2.50GHz", threads=2, peak_memory_mb=789.0625,
    protocol="0123456789ab-0123456789ab", settings="0123456789ab", plugin="conv-autoencoder",
    distribution="benchkit 0.1.0", view_settings="0123456789ab", timing_lane="exclusive", group_seconds=15.345678901,
)  # fmt: skip
"""A cell with every field filled."""

Write = Callable[[], None]


def store(folder: Path, cells: int) -> Write:
    """Return a call that appends so many cells to a run."""
    run = RunStore.create(folder, "run", {})
    group = [CELL] * cells
    return lambda: run.append(*group)


def bare(folder: Path, cells: int) -> Write:
    """Return a call that writes as many bytes to an open file and syncs it."""
    handle = os.open(folder / "bare", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    lines = encode_cell(CELL) * cells
    sync = getattr(os, "fdatasync", os.fsync)

    def write() -> None:
        os.write(handle, lines)
        sync(handle)

    return write


@pytest.mark.parametrize("way", [store, bare])
@pytest.mark.parametrize("cells", [1, 16])
def test_append(benchmark: BenchmarkFixture, tmp_path: Path, cells: int, way: Callable[[Path, int], Write]) -> None:
    """Append one cell a call, and a fit group's sixteen."""
    benchmark.group = f"store: calls that append {cells} of {len(encode_cell(CELL))} bytes each"
    benchmark.pedantic(way(tmp_path, cells), rounds=ROUNDS, warmup_rounds=WARM_UP)
    if benchmark.stats is not None:  # None under --benchmark-disable
        benchmark.extra_info["cells_per_second"] = cells / benchmark.stats.stats.median
    if way is store:
        assert len(read_run(tmp_path / "run").cells) == 1  # the same one every time: the last one counts
