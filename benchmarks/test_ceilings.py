"""What the machine can do at its best, and how near every detector comes in a real run."""

from __future__ import annotations

import math
import tempfile
from typing import Any

import pytest
import torch
from contest import Contest, Contestant, in_turns
from parts import part
from pytest_benchmark.fixture import BenchmarkFixture
from scale import BRIEF, DEVICE_NAME, ROUNDS, SCALE, scaled

import benchkit
from benchkit import LabelledImages
from benchkit.measure.ceilings import Ceilings, measure_ceilings
from benchkit.measure.hardware import pick_device
from benchkit.results import read_timings

DEVICE = pick_device(DEVICE_NAME)
N_IMAGES = scaled(10_000, least=400)
BUDGET = 1.0 if SCALE == 1 else 0.1
COUNTS = tuple(dict.fromkeys((1, torch.get_num_threads()) if DEVICE.type == "cpu" else (torch.get_num_threads(),)))
TOLD = (
    "detector", "images_per_second", "host_images_per_second", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms",
    "limit_images_per_second", "limit_share", "timing_flags", "batch_size", "flop_per_image", "score_memory_mb",
)  # fmt: skip
"""What is kept of each cell."""

SIZES = (1, 64, 1_024, 16_384)
SWEPT = ("asked", "images_per_second", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "flags")
"""What is kept of each size of batch."""

KINDS = {"matrix products": ("product_flop_per_second", "FLOP/s"), "copies": ("copy_bytes_per_second", "B/s")}
ROWS = [f"{kind}, threads: {count}" for kind in KINDS for count in COUNTS]
GIGA = 1e9

pytestmark = pytest.mark.timeout(0)


@pytest.fixture(scope="module")
def ceilings() -> Contest:
    """Return the contest of the ceilings, in seconds of a thousand million operations, or bytes."""
    rows = {}
    for kind, (field, unit) in KINDS.items():
        for count in COUNTS:
            rows[f"{kind}, threads: {count}"] = Contestant(
                lambda field=field: seconds_of(measure_ceilings(DEVICE, budget_seconds=BUDGET), field),
                f"10⁹ {'operations of large square products' if unit == 'FLOP/s' else 'bytes, read and written'}",
                threads=count, warm_up=False, notes={"work": GIGA, "unit": unit},
            )  # fmt: skip
    return Contest(rows, rounds=ROUNDS, device=DEVICE)


def seconds_of(found: Ceilings, field: str) -> float:
    """Return what a thousand million take."""
    return GIGA / float(getattr(found, field))


@in_turns("the machine's ceilings")
@pytest.mark.parametrize("row", ROWS)
def test_ceilings(benchmark: BenchmarkFixture, ceilings: Contest, row: str) -> None:
    """One ceiling at one number of threads."""
    ceilings.report(benchmark, row)


@in_turns(f"every detector in a run on {N_IMAGES:,} images")
def test_detectors(benchmark: BenchmarkFixture, labelled: LabelledImages) -> None:
    """A real run in this process: what its cells say of speed."""
    contest = Contest(
        {"benchkit": Contestant(lambda: speeds(labelled), "`benchkit.run` with every detector", warm_up=False)},
        rounds=1, device=DEVICE, keep=True,
    )  # fmt: skip
    contest.report(benchmark, "benchkit")
    benchmark.extra_info.update(contest.result("benchkit"))


def speeds(labelled: LabelledImages) -> dict[str, list[dict[str, Any]]]:
    """Make the run and return what it says of each detector, and of each size of batch."""
    with tempfile.TemporaryDirectory(prefix="benchkit-ceilings-") as folder:
        run = benchkit.run(
            dataset=part(labelled, N_IMAGES), anomalies=["noise-1"], out=folder, device=DEVICE_NAME,
            timing_seconds=(1.0 if BRIEF else 2.0) if SCALE == 1 else 0.05, batch_sizes=SIZES, save_scores=False,
        )  # fmt: skip
        if not run.ok:
            raise RuntimeError(f"a cell failed: {set(run.cells['reason'])}")
        swept = [(record.detector, each) for record in read_timings(run.folder) for each in record.sweep]
    return {
        "detectors": [{name: plainly(cell[name]) for name in TOLD} for cell in run.cells.to_dict("records")],
        "sizes": [{"detector": name, **{key: getattr(each, key) for key in SWEPT}} for name, each in swept],
    }


def plainly(value: Any) -> Any:
    """Return a value as JSON has it: nothing where it is not known."""
    return None if isinstance(value, float) and math.isnan(value) else value
