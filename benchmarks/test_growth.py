"""The wall time of a whole sweep at three numbers of images, of anomalies and of seeds.

Two detectors whose work is counted in images; everything else of a run is there: metrics, intervals, timing, store.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from statistics import median
from typing import Any

import pytest
from contest import Contest, Contestant, in_turns
from growth import growth
from parts import part
from pytest_benchmark.fixture import BenchmarkFixture
from scale import DEVICE_NAME, ROUNDS, scaled

import benchkit
from benchkit import AnomalyGenerator, Detector, LabelledImages
from benchkit.measure.hardware import pick_device
from benchkit.registry import load_registry

REGISTRY = load_registry()
DEVICE = pick_device(DEVICE_NAME)
SIZES = {
    "images": tuple(scaled(count, least=count // 20) for count in (5_000, 10_000, 20_000)),
    "anomalies": (4, 8, 16),
    "seeds": (2, 4, 8),
}
USUAL = {"images": SIZES["images"][1], "anomalies": SIZES["anomalies"][0], "seeds": SIZES["seeds"][0]}
"""What the other two are while one of them grows."""

ROWS = [(what, size) for what, sizes in SIZES.items() for size in sizes]
TITLES = {row: f"{row[1]:,} {row[0]}" for row in ROWS}

pytestmark = pytest.mark.timeout(0)


def detectors() -> list[Detector]:
    """Return two whose work grows with the images: no least number of images seen, and no largest."""
    counted: dict[str, Any] = {"epochs": 10, "min_images": 0, "max_images": 10**9}
    return [
        REGISTRY.detectors["univariate-gaussian"].item,
        replace(REGISTRY.detectors["pixel-ae-shallow"].item, **counted),
    ]


def anomalies(count: int) -> list[AnomalyGenerator]:
    """Return so many levels of one noise."""
    noise = REGISTRY.anomalies["noise-4"].item
    return [replace(noise, name=f"noise-{number + 1}") for number in range(count)]


def sweep(labelled: LabelledImages, images: int, anomalies_: int, seeds: int) -> None:
    """Make a run and throw it away."""
    with tempfile.TemporaryDirectory(prefix="benchkit-growth-") as folder:
        run = benchkit.run(
            dataset=part(labelled, images), detectors=detectors(), anomalies=anomalies(anomalies_), seeds=seeds,
            out=folder, device=DEVICE_NAME, timing_seconds=0.02, save_scores=False,
        )  # fmt: skip
        if not run.ok:
            raise RuntimeError(f"a cell failed: {set(run.cells['reason'])}")


@pytest.fixture(scope="module")
def contest(labelled: LabelledImages) -> Contest:
    """Return the contest of all sizes, each with the usual number of everything else."""
    rows = {}
    for what, size in ROWS:
        images, count, seeds = ({**USUAL, what: size}[each] for each in SIZES)
        title, smallest = TITLES[what, size], TITLES[what, SIZES[what][0]]
        rows[title] = Contestant(
            partial(sweep, labelled, images, count, seeds),
            f"{images:,} images, {count} anomalies, {seeds} seeds, 2 detectors",
            "" if title == smallest else smallest, warm_up=title == TITLES[ROWS[0]],
        )  # fmt: skip
    return Contest(rows, rounds=min(3, ROUNDS), device=DEVICE)


def report(benchmark: BenchmarkFixture, contest: Contest, what: str, size: int) -> None:
    """Hand a row over, the last one of each thing with how the time grows."""
    contest.report(benchmark, TITLES[what, size])
    if size == SIZES[what][-1]:
        seconds = [median(contest.seconds(TITLES[what, each])) for each in SIZES[what]]
        found = growth(SIZES[what], seconds)
        benchmark.extra_info["growth"] = {"of": what, **found}
        print(f"{what}: slope {found['slope']:.2f} on logarithmic axes, R² of a straight line {found['r2']:.4f}")


def sizes_of(what: str) -> pytest.MarkDecorator:
    """Return the mark of a test that is run for each size of one thing."""
    return pytest.mark.parametrize("size", SIZES[what])


@in_turns("a whole sweep, by images")
@sizes_of("images")
def test_images(benchmark: BenchmarkFixture, contest: Contest, size: int) -> None:
    """More images: to train on, to score and to resample."""
    report(benchmark, contest, "images", size)


@in_turns("a whole sweep, by anomalies")
@sizes_of("anomalies")
def test_anomalies(benchmark: BenchmarkFixture, contest: Contest, size: int) -> None:
    """More anomalies, which share their fits."""
    report(benchmark, contest, "anomalies", size)


@in_turns("a whole sweep, by seeds")
@sizes_of("seeds")
def test_seeds(benchmark: BenchmarkFixture, contest: Contest, size: int) -> None:
    """More seeds: of detectors, views and anomalies."""
    report(benchmark, contest, "seeds", size)
