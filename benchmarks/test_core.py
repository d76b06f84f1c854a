"""The hot paths of the core, each beside what it can be held against where there is something."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture
from sklearn.metrics import roc_auc_score

from benchkit.measure.bootstrap import bootstrap_intervals
from benchkit.measure.interval import auroc_interval
from benchkit.measure.metrics import evaluate
from benchkit.measure.ranking import auroc
from benchkit.measure.threshold import parse_policy
from benchkit.registry import load_registry

SIZE = 10_000
BOARD = 12 * 16
"""Cells of the reference run."""

BENCHKIT = str(Path(sys.executable).with_name("benchkit"))


@pytest.fixture(scope="module")
def scores() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return scores of 10,000 normals and of 10,000 anomalies."""
    rng = np.random.default_rng(0)
    return rng.normal(size=SIZE), rng.normal(1.0, size=SIZE)


@pytest.mark.benchmark(group="all metrics of one cell, 10,000 + 10,000 scores")
def test_evaluate(benchmark: BenchmarkFixture, scores: tuple[NDArray[np.float64], NDArray[np.float64]]) -> None:
    """Every metric and its interval."""
    normal, anomaly = scores
    threshold = parse_policy("quantile:0.95").fit(normal)
    found = benchmark(evaluate, normal, anomaly, threshold=threshold, prevalence=0.5)
    assert found["auroc"] == pytest.approx(0.76, abs=0.01)


@pytest.mark.benchmark(group="the intervals of one cell, 10,000 + 10,000 scores")
def test_auroc_interval(benchmark: BenchmarkFixture, scores: tuple[NDArray[np.float64], NDArray[np.float64]]) -> None:
    """DeLong's, of AUROC."""
    low, high = benchmark(auroc_interval, *scores)
    assert low < 0.76 < high


@pytest.mark.benchmark(group="the intervals of one cell, 10,000 + 10,000 scores")
def test_bootstrap_intervals(
    benchmark: BenchmarkFixture, scores: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    """Those of the six other metrics."""
    threshold = parse_policy("quantile:0.95").fit(scores[0])
    assert len(benchmark(bootstrap_intervals, *scores, threshold=threshold, prevalence=0.5)) == 6


@pytest.mark.benchmark(group="all metrics and intervals of a 12 × 16 board, 10,000 + 10,000 scores a cell")
def test_intervals_of_a_board(
    benchmark: BenchmarkFixture, scores: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    """192 cells one after the other; ``extra_info`` has the process's largest memory until then, in MB."""
    threshold = parse_policy("quantile:0.95").fit(scores[0])

    def board() -> int:
        return sum("auroc_low" in evaluate(*scores, threshold=threshold, prevalence=0.5) for _ in range(BOARD))

    assert benchmark.pedantic(board, rounds=1) == BOARD
    benchmark.extra_info["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.benchmark(group="AUROC, 10,000 + 10,000 scores")
def test_auroc(benchmark: BenchmarkFixture, scores: tuple[NDArray[np.float64], NDArray[np.float64]]) -> None:
    """The one that benchkit computes."""
    assert benchmark(auroc, *scores) == pytest.approx(0.76, abs=0.01)


@pytest.mark.benchmark(group="AUROC, 10,000 + 10,000 scores")
def test_auroc_of_scikit_learn(
    benchmark: BenchmarkFixture, scores: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    """scikit-learn's, on the same scores."""
    labels = np.repeat([0, 1], SIZE)
    assert benchmark(roc_auc_score, labels, np.concatenate(scores)) == pytest.approx(auroc(*scores))


@pytest.mark.benchmark(group="registry")
def test_load_registry(benchmark: BenchmarkFixture) -> None:
    """Find and check every plugin, the modules being imported already."""
    assert benchmark(load_registry).detectors


@pytest.mark.benchmark(group="start-up of a process")
@pytest.mark.parametrize("command", [[sys.executable, "-c", "pass"], [BENCHKIT, "--help"]], ids=["python", "help"])
def test_start_up(benchmark: BenchmarkFixture, command: list[str]) -> None:
    """What ``benchkit --help`` costs beside a Python that does nothing."""
    benchmark.pedantic(_start, args=(command,), rounds=10, warmup_rounds=1)


def _start(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)
