"""What a fit group costs beside its work: 400 groups that do nothing, in each way that a run can be carried out.

``extra_info`` has the milliseconds of a group, start-up not counted: the slope between 100 groups and 400.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import benchkit

PLUGIN = Path(__file__).with_name("trivial.py")
WAYS: dict[str, dict[str, Any]] = {
    "in-process": {"jobs": 0},
    "jobs-1": {"jobs": 1},
    "jobs-2": {"jobs": 2},
    "dask-1": {"executor": "dask", "jobs": 1},
    "dask-2": {"executor": "dask", "jobs": 2},
}


@pytest.mark.benchmark(group="400 fit groups that do nothing")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("way", WAYS)
def test_dispatch(benchmark: BenchmarkFixture, tmp_path: Path, way: str) -> None:
    """Twenty detectors, twenty seeds, one anomaly; timed for a millisecond, so that timing is nearly nothing."""
    start = time.perf_counter()
    _run(tmp_path / "few", 5, WAYS[way])
    few = time.perf_counter() - start
    benchmark.pedantic(_run, args=(tmp_path / "many", 20, WAYS[way]), rounds=1)
    benchmark.extra_info["ms_per_group"] = round((benchmark.stats.stats.max - few) / 300 * 1000, 1)


def _run(out: Path, seeds: int, way: dict[str, Any]) -> None:
    run = benchkit.run(
        dataset="specks", detectors=["mean-*"], anomalies=["brighter"], plugins=[PLUGIN], seeds=seeds, out=out,
        device="cpu", save_scores=False, timing_seconds=0.001, batch_size=100, **way
    )  # fmt: skip
    if not run.ok:
        raise RuntimeError("the trivial run did not end well")
