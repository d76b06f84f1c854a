"""A leaderboard over very many cells, beside the bare parse of the same file.

100,000 cells, or as many as ``BENCHKIT_CELLS`` says: a million takes some minutes, most of them to write the file.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from boards import ANOMALIES, DETECTORS, write_run
from pytest_benchmark.fixture import BenchmarkFixture

from benchkit.report import leaderboards, render
from benchkit.results import StoredRun, read_run

N_CELLS = int(os.environ.get("BENCHKIT_CELLS", "100000"))
ROUNDS = 3
BENCHKIT = str(Path(sys.executable).with_name("benchkit"))

pytestmark = pytest.mark.benchmark(group=f"a leaderboard over {N_CELLS:,} cells")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of every detector against every anomaly, with as many seeds as the number of cells asks for."""
    seeds = max(1, N_CELLS // (DETECTORS * ANOMALIES))
    return write_run(tmp_path_factory.mktemp("scale") / "run", seeds=seeds)


@pytest.fixture(scope="module")
def run(folder: Path) -> StoredRun:
    """Return the run, read."""
    return read_run(folder)


def test_bare_parse(benchmark: BenchmarkFixture, folder: Path) -> None:
    """What msgspec needs to make dictionaries of the lines, which is no frame and no check yet."""
    assert benchmark.pedantic(_parse, args=(folder / "cells.jsonl",), rounds=ROUNDS) > 0


def test_read(benchmark: BenchmarkFixture, folder: Path, run: StoredRun) -> None:
    """Every line checked, and gathered into the columns of a frame."""
    assert len(benchmark.pedantic(read_run, args=(folder,), rounds=ROUNDS).cells) == len(run.cells)


def test_table(benchmark: BenchmarkFixture, run: StoredRun) -> None:
    """From the frame to the text."""
    assert "detector-0" in benchmark.pedantic(lambda: render(leaderboards([run])), rounds=ROUNDS)


def test_whole_command(benchmark: BenchmarkFixture, folder: Path) -> None:
    """``benchkit table`` as a process of its own, with its start-up; its memory is noted beside the time."""
    command = [BENCHKIT, "table", str(folder), "--out", str(folder / "table.txt")]
    benchmark.pedantic(lambda: subprocess.run(command, check=True), rounds=ROUNDS)
    # Of all the processes that this one started; the others are small.
    benchmark.extra_info["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _parse(path: Path) -> int:
    decode = msgspec.json.Decoder(dict).decode
    with path.open("rb") as file:
        return sum(len(decode(line)) for line in file)
