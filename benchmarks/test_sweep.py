"""Whole sweeps: the default run on MNIST beside a notebook's way, and the embedded run.

``BENCHKIT_BENCH_JOBS`` sets ``--jobs`` (2; 1 on a GPU), ``BENCHKIT_DEVICE`` the device. A trial
(``BENCHKIT_BENCH_SCALE``) takes a few cheap pairs of the embedded digits.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import notebook
import pytest
from contest import Contest, Contestant, in_turns, report
from pytest_benchmark.fixture import BenchmarkFixture
from scale import BRIEF, DEVICE_NAME, ROUNDS, SCALE

from benchkit import DataError
from benchkit.measure.hardware import pick_device
from benchkit.measure.stopwatch import Stopwatch
from benchkit.runner import Request
from benchkit.runner.plan import Plan

HERE = Path(sys.executable).parent
BENCHKIT = shutil.which("benchkit", path=str(HERE)) or shutil.which("benchkit") or "benchkit"
DEVICE = pick_device(DEVICE_NAME)
JOBS = os.environ.get("BENCHKIT_BENCH_JOBS", "2" if DEVICE.type == "cpu" else "1")
TRIAL = SCALE < 1
DATASET = "digits" if TRIAL else "mnist"
DETECTORS = ("gaussian", "gaussian-layer1") if TRIAL else ()
ANOMALIES = ("noise-1", "noise-4", "held-out-0", "held-out-1") if TRIAL else ()
MOST_MINUTES = {"cpu": 8.0, "cuda": 1.0}

pytestmark = pytest.mark.timeout(0)


@dataclass(frozen=True)
class Sample:
    """What was measured of the pairs from scratch, and what that makes for all of them.

    Attributes:
        seconds: of all pairs, extrapolated.
        pairs: how many there are.
        measured: how many were measured.
        measured_seconds: how long that took.
    """

    seconds: float
    pairs: int
    measured: int
    measured_seconds: float


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return what the run does; skip where its images are not at hand."""
    os.environ["BENCHKIT_OFFLINE"] = "1"
    _, found = Request(dataset=DATASET, detectors=DETECTORS, anomalies=ANOMALIES).resolve()
    try:
        found.dataset.item.load()
    except DataError as error:
        pytest.skip(str(error))
    return found


@pytest.fixture(scope="module")
def whole(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the seconds of the whole command and what its ``run.json`` says."""
    folder = tmp_path_factory.mktemp("sweep")
    chosen = [*(f"--detectors={name}" for name in DETECTORS), *(f"--anomalies={name}" for name in ANOMALIES)]
    command = ["--dataset", DATASET, *(chosen if TRIAL else ()), "--jobs", JOBS, "--device", DEVICE_NAME]
    return sweep(command, folder)


def sweep(options: list[str], folder: Path) -> dict[str, Any]:
    """Run the command to its end; every cell has to be ``ok``."""
    start = time.perf_counter()
    where = ["--offline", "--out", str(folder), "--name", "run"]
    subprocess.run([BENCHKIT, "run", *options, *where], check=True, capture_output=True)
    seconds = time.perf_counter() - start
    manifest = json.loads((folder / "run" / "run.json").read_text(encoding="utf-8"))
    if set(manifest["cells"]) != {"ok"}:
        raise RuntimeError(f"the run's cells ended so: {manifest['cells']}; expected all of them ok.")
    return {"seconds": seconds, "cells": manifest["cells"]["ok"], "parts": manifest["seconds"], "options": options}


@pytest.fixture(scope="module")
def from_scratch(plan: Plan) -> Sample:
    """Measure each detector with one anomaly of each kind of normal set, and multiply by how many pairs are alike."""
    alike: dict[bool, list[Any]] = {}
    for anomaly in plan.anomalies:
        alike.setdefault(anomaly.item.normal_labels is None, []).append(anomaly.item)
    total, spent = 0.0, 0.0
    for members in alike.values():
        for detector in plan.detectors:
            view = None if detector.item.view == "pixels" else plan.views[detector.item.view].item
            with Stopwatch(DEVICE) as watch:
                notebook.evaluate(plan.dataset.item, view, detector.item, members[-1], DEVICE)
            total, spent = total + len(members) * watch.seconds, spent + watch.seconds
    measured = len(alike) * len(plan.detectors)
    return Sample(total, len(plan.anomalies) * len(plan.detectors), measured, spent)


@in_turns(f"the default run on {DATASET}")
def test_command(benchmark: BenchmarkFixture, whole: dict[str, Any]) -> None:
    """The whole command, from its start to its table; one round, because it lasts minutes."""
    aims = {} if TRIAL or DEVICE.type not in MOST_MINUTES else {
        "aim": {"of": "seconds", "at": "<=", "value": 60 * MOST_MINUTES[DEVICE.type]}
    }  # fmt: skip
    report(
        benchmark, [whole["seconds"]], row="benchkit",
        what=f"`benchkit run {' '.join(whole['options'])}`, to its table: {whole['cells']} cells with metrics, "
        "intervals and throughput",
        device=DEVICE, cells=whole["cells"], parts=whole["parts"], **aims,
    )  # fmt: skip


@in_turns(f"the default run on {DATASET}")
@pytest.mark.skipif(BRIEF, reason="BENCHKIT_BENCH_BRIEF")
def test_from_scratch(benchmark: BenchmarkFixture, whole: dict[str, Any], from_scratch: Sample) -> None:
    """Each pair by itself, extrapolated from a sample."""
    ratio = from_scratch.seconds / whole["seconds"]
    report(
        benchmark, [from_scratch.seconds], row="each pair from scratch, extrapolated",
        what=f"load, train the view, fit, score, AUROC: {from_scratch.measured} of {from_scratch.pairs} pairs were "
        f"measured ({from_scratch.measured_seconds:.0f} s), one for each detector and kind of normal set, and each "
        "multiplied by how many pairs are alike; one process, no throughput, no intervals",
        device=DEVICE, against="benchkit", ratio=ratio, ratio_low=ratio, ratio_high=ratio, extrapolated=True,
    )  # fmt: skip


@in_turns("the embedded run, `make run`")
def test_embedded(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """The command of ``make run``, all pairs of the embedded digits, after set-up."""
    options = ["--dataset", "digits", "--jobs", "2", "--timing-seconds", "0.02", "--batch-size", "128"]
    options += ["-d", "gaussian", "-a", "noise-1"] if TRIAL else []
    count = itertools.count()
    call = lambda: sweep([*options, "--device", DEVICE_NAME], tmp_path / str(next(count)))  # noqa: E731
    what = f"`benchkit run {' '.join(options)}`, from its start to its table"
    contest = Contest(
        {"benchkit": Contestant(call, what, warm_up=False)}, rounds=1 if BRIEF else min(3, ROUNDS), device=DEVICE
    )
    contest.report(benchmark, "benchkit")
    if DEVICE.type == "cpu" and not TRIAL:
        benchmark.extra_info["aim"] = {"of": "seconds", "at": "<=", "value": 30.0}
