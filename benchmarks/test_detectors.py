"""Fit and score of every detector that the registry finds: one that somebody else installed stands here by itself.

``BENCHKIT_PLUGIN_FILES=mine.py:other.py`` adds plugin files, ``BENCHKIT_DEVICE=cuda`` chooses the device.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from torch import Tensor

from benchkit import Detector, LabelledImages, Scorer, SubjectDetector, Unsupported
from benchkit.data import to_levels
from benchkit.measure.hardware import device_title, pick_device
from benchkit.measure.reference import Reference
from benchkit.measure.stopwatch import synchronise
from benchkit.measure.timing import REFERENCE_EVERY
from benchkit.registry import load_registry
from benchkit.runner.grey_images import GreyImages, LabelledGrey
from benchkit.runner.ledger import Ledger
from benchkit.runner.shelf import Shelf
from benchkit.runner.views import TRAIN, ViewRoom

N_FIT = 5_000
"""Images that the detectors are fitted on."""

BATCH = 1_024
"""Images a scored batch, as in a run."""

MOST_ROUNDS = 1_000

DEVICE = pick_device(os.environ.get("BENCHKIT_DEVICE", "auto"))
FILES = [Path(name) for name in os.environ.get("BENCHKIT_PLUGIN_FILES", "").split(os.pathsep) if name]
REGISTRY = load_registry(files=FILES)

# A detector that fails in ``fit`` is not scored: its own failure says more than that nothing was timed.
pytestmark = pytest.mark.filterwarnings("ignore:Benchmark fixture was not used")

every_detector = pytest.mark.parametrize(
    "detector", [offer.item for offer in REGISTRY.detectors.values()], ids=list(REGISTRY.detectors)
)


@pytest.fixture(scope="module")
def room(labelled: LabelledImages) -> ViewRoom:
    """Return the views, each trained once, when the first detector looks there."""
    train = LabelledGrey(_grey(labelled), labelled.labels[:N_FIT].to(DEVICE))
    return ViewRoom(REGISTRY.view_offers, train, 0, Ledger(DEVICE), Shelf(N_FIT * labelled.images[0].nbytes))


@pytest.mark.benchmark(group=f"fit, {N_FIT:,} images")
@every_detector
def test_fit(benchmark: BenchmarkFixture, detector: Detector, room: ViewRoom, labelled: LabelledImages) -> None:
    """The training of the detector, its view being trained already."""
    inputs = _inputs(detector, room, labelled)
    benchmark.extra_info.update(_told(len(inputs)))

    def fit() -> object:
        scorer = _fitted(detector, inputs, room)
        synchronise(DEVICE)
        return scorer

    with supported():
        assert callable(benchmark(fit))


@pytest.mark.benchmark(group=f"score, batches of {BATCH:,} images")
@every_detector
def test_score(
    benchmark: BenchmarkFixture, detector: Detector, room: ViewRoom, labelled: LabelledImages,
    pytestconfig: pytest.Config,
) -> None:  # fmt: skip
    """From images to scores, the view included, with the time of a fixed computation now and then in between."""
    inputs = _inputs(detector, room, labelled)
    with supported():
        scorer = _fitted(detector, inputs, room)
    look = room.look(detector.view)
    if isinstance(detector, SubjectDetector):
        look = torch.nn.Identity()  # it looks by itself

    def score(images: Tensor) -> Tensor:
        with torch.no_grad():
            scores = scorer(look(images))
        synchronise(DEVICE)
        return scores

    pace = Pace(score, labelled.images.to(DEVICE))
    rounds = pace.rounds(float(pytestconfig.getoption("benchmark_max_time")), _least(pytestconfig))
    scores = benchmark.pedantic(score, setup=pace.next, rounds=rounds)
    benchmark.extra_info.update(_told(BATCH), **pace.told())
    assert scores.shape == (BATCH,)


class Pace:
    """Hands out batch after batch, and times the reference where the last time lies ``REFERENCE_EVERY`` back.

    Args:
        score: what is timed.
        images: N×…, N at least ``BATCH``.
    """

    def __init__(self, score: Callable[[Tensor], Tensor], images: Tensor) -> None:
        self._score = score
        self._batches: Iterator[Tensor] = itertools.cycle(images.split(BATCH)[: len(images) // BATCH])
        self._reference = Reference(DEVICE)
        self._count = 0
        self._since = -math.inf
        self._times: dict[int, float] = {}

    def rounds(self, budget_seconds: float, least: int) -> int:
        """Warm up, and return how many batches fill the budget."""
        start = time.perf_counter()
        for _ in range(3):
            self._score(next(self._batches))
        once = (time.perf_counter() - start) / 3
        return max(least, min(MOST_ROUNDS, round(budget_seconds / once)))

    def next(self) -> tuple[tuple[Tensor], dict[str, Any]]:
        """Return the next round's batch."""
        if time.perf_counter() - self._since > REFERENCE_EVERY:
            self._times[self._count] = self._reference.seconds()
            self._score(next(self._batches))  # not timed: the reference has taken the caches
            self._since = time.perf_counter()
        self._count += 1
        return (next(self._batches),), {}

    def told(self) -> dict[str, Any]:
        """Return what ``benchkit compare`` needs to tell the machine's drift from the detector's change."""
        return {"reference_at": list(self._times), "reference_seconds": list(self._times.values())}


@contextlib.contextmanager
def supported() -> Iterator[None]:
    """Skip what a plugin says that it cannot do."""
    try:
        yield
    except Unsupported as reason:
        pytest.skip(str(reason))


def _grey(labelled: LabelledImages) -> GreyImages:
    return GreyImages(to_levels(labelled.images[:N_FIT]).to(DEVICE), DEVICE)


def _inputs(detector: Detector, room: ViewRoom, labelled: LabelledImages) -> Tensor:
    with supported():
        inputs = room.shown(detector, TRAIN, _grey(labelled))
    assert isinstance(inputs, Tensor)  # there is room for all of them
    return inputs


def _fitted(detector: Detector, inputs: Tensor, room: ViewRoom) -> Scorer:
    if isinstance(detector, SubjectDetector):
        return detector.fit_subject(inputs, room.looks(detector.view), seed=0)
    return detector.fit(inputs, seed=0)


def _told(batch_size: int) -> dict[str, Any]:
    return {
        "device": str(DEVICE),
        "device_name": device_title(DEVICE),
        "threads": torch.get_num_threads(),
        "batch_size": batch_size,
        "torch": str(torch.__version__),
    }


def _least(config: pytest.Config) -> int:
    return int(config.getoption("benchmark_min_rounds"))
