"""One run carried out in each way there is: in this process, by one worker, by two, by a Dask cluster of two.

MNIST where BENCHKIT_DATA has it, else the embedded digits. `BENCHKIT_BENCH_RUN` replaces the choice of detectors and
anomalies by options of `benchkit run`; set to a space, it is the whole default run.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

BENCHKIT = str(Path(sys.executable).with_name("benchkit"))
DATASET = "mnist" if "BENCHKIT_DATA" in os.environ else "digits"
CHOICE = os.environ.get("BENCHKIT_BENCH_RUN", "-a fashion -a noise-1 -a noise-4 -a held-out-0")
WAYS = {
    "in-process": ("--jobs", "0"),
    "jobs-1": ("--jobs", "1"),
    "jobs-2": ("--jobs", "2"),
    "dask-2": ("--executor", "dask", "--jobs", "2"),
}


@pytest.mark.benchmark(group=f"a run on {DATASET}: {CHOICE.strip() or 'all pairs'}")
@pytest.mark.timeout(0)
@pytest.mark.parametrize("way", WAYS)
def test_run(benchmark: BenchmarkFixture, tmp_path: Path, way: str) -> None:
    """The whole command, from its start to its table; one round each, because a run lasts minutes."""
    command = [BENCHKIT, "run", "--dataset", DATASET, *shlex.split(CHOICE), *WAYS[way], "--offline", "--no-scores"]
    benchmark.pedantic(_run, args=([*command, "--out", str(tmp_path), "--name", "run"],), rounds=1)
    manifest = json.loads((tmp_path / "run" / "run.json").read_text())
    assert set(manifest["cells"]) == {"ok"}
    benchmark.extra_info.update(cells=manifest["cells"]["ok"], **manifest["seconds"])


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)
