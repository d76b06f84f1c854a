"""Many models in one: the wall time of 1, 3, 10 and 30 seeds, one after the other and together by ``fit_many``.

All of a group are timed in turns; 30 seeds in the first round only, which is minutes long. ``BENCHKIT_DEVICE=cuda``
chooses the device, ``BENCHKIT_BENCH_BRIEF=1`` leaves out all but 1 and 10.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
import torch
from contest import Contest, Contestant, in_turns
from pytest_benchmark.fixture import BenchmarkFixture
from scale import BRIEF, DEVICE_NAME, ROUNDS, SCALE, scaled
from torch import Tensor

from benchkit import LabelledImages
from benchkit.measure.hardware import pick_device
from benchkit.registry import load_registry

REGISTRY = load_registry()
DEVICE = pick_device(DEVICE_NAME)
SEEDS = (1, 10) if BRIEF else (1, 3, 10, 30)
LONG = 30
MOST = {"cpu": 7.0, "cuda": 2.0}
"""Aim: ten that are trained together take no more than so many times the seconds of one."""

N_IMAGES = scaled(2_000, least=64)
N_VECTORS = scaled(5_000, least=64)
APART, TOGETHER = "one after the other", "together"

pytestmark = pytest.mark.timeout(0)


@dataclass(frozen=True)
class Trained:
    """Something that is trained on one set of inputs.

    Attributes:
        plugin: a detector or a view.
        normal: what it is trained on.
        shown: what two of them are compared on.
    """

    plugin: Any
    normal: Any
    shown: Tensor

    def apart(self, seeds: Sequence[int]) -> list[Any]:
        """Train one after the other."""
        return [self.plugin.fit(self.normal, seed=seed) for seed in seeds]

    def together(self, seeds: Sequence[int]) -> list[Any]:
        """Train all in one call."""
        found: list[Any] = self.plugin.fit_many([self.normal] * len(seeds), seeds=seeds)
        return found

    def difference(self, some: Sequence[Any], others: Sequence[Any]) -> float:
        """Return the largest difference of what they say, in deviations of what the first ones say."""
        with torch.no_grad():
            pairs = [(self._says(one), self._says(other)) for one, other in zip(some, others, strict=True)]
        return max(float((one - other).abs().max() / one.std()) for one, other in pairs)

    def _says(self, fitted: Any) -> Tensor:
        found: Tensor = (fitted["logits"] if isinstance(fitted, Mapping) else fitted)(self.shown)
        return found


def trained_on(name: str, labelled: LabelledImages) -> Trained:
    """Return what the group of this name trains."""
    if name in REGISTRY.views:
        some = labelled.select(torch.arange(min(N_VECTORS, len(labelled)))).to(DEVICE)
        return Trained(short(REGISTRY.views[name].item), some, some.images)
    detector = short(REGISTRY.detectors[name].item)
    inputs = layer1_like() if detector.view == "layer1" else labelled.images[:N_IMAGES].to(DEVICE)
    return Trained(detector, inputs, inputs)


def short(plugin: Any) -> Any:
    """Return it as it is, in a trial without the least number of images that it wants to see."""
    return plugin if SCALE == 1 else replace(plugin, min_images=0)


def layer1_like() -> Tensor:
    """Return what a ReLU layer of 32 units may show of images: correlated, not negative, half of it 0."""
    draw = torch.Generator().manual_seed(0)
    mixed = torch.randn(N_VECTORS, 10, generator=draw) @ torch.randn(10, 32, generator=draw)
    return mixed.relu().to(DEVICE)


def title(count: int, way: str) -> str:
    """Return the title of a row."""
    return f"{count} {'seed' if count == 1 else 'seeds'}, {way}"


ROWS = [(count, way) for count in SEEDS for way in (APART, TOGETHER)]
every_row = pytest.mark.parametrize(("count", "way"), ROWS, ids=[title(*row) for row in ROWS])


class Together:
    """The contest of one thing that is trained."""

    def __init__(self, trained: Trained) -> None:
        self._trained = trained
        rows = {title(count, way): self._row(count, way) for count, way in ROWS}
        self._contest = Contest(rows, rounds=min(3, ROUNDS), device=DEVICE, keep=True)

    def _row(self, count: int, way: str) -> Contestant:
        train = self._trained.apart if way == APART else self._trained.together
        one = count == 1 and way == APART
        aimed = way == TOGETHER and count == 10 and DEVICE.type in MOST
        return Contestant(
            partial(train, range(count)), "`fit` for each seed" if way == APART else "one call of `fit_many`",
            against="" if one else title(1, APART), aim=("<=", MOST[DEVICE.type]) if aimed else None,
            rounds=1 if count == LONG else None, warm_up=count == 1,
        )  # fmt: skip

    def report(self, benchmark: BenchmarkFixture, count: int, way: str) -> None:
        """Hand over a row; of those trained together, also how far they are from those trained alone."""
        self._contest.report(benchmark, title(count, way))
        if way == TOGETHER:
            both = [self._contest.result(title(count, each)) for each in (APART, TOGETHER)]
            benchmark.extra_info["difference"] = self._trained.difference(*both)
            benchmark.extra_info["times_faster"] = 1 / self._contest.ratio(title(count, way), title(count, APART))[0]


@pytest.fixture(scope="module")
def contests(labelled: LabelledImages) -> dict[str, Together]:
    """Return the contest of each thing that is trained; none has run yet."""
    names = ("pixel-ae", "pixel-ae-shallow", "model-state-ae-layer1", "subject")
    return {name: Together(trained_on(name, labelled)) for name in names}


@in_turns(f"train pixel-ae for many seeds, {N_IMAGES:,} images")
@every_row
def test_pixel_ae(benchmark: BenchmarkFixture, contests: dict[str, Together], count: int, way: str) -> None:
    """The deep autoencoder: 784-100-50-100-784."""
    contests["pixel-ae"].report(benchmark, count, way)


@in_turns(f"train pixel-ae-shallow for many seeds, {N_IMAGES:,} images")
@every_row
def test_pixel_ae_shallow(benchmark: BenchmarkFixture, contests: dict[str, Together], count: int, way: str) -> None:
    """The shallow autoencoder: 784-50-784."""
    contests["pixel-ae-shallow"].report(benchmark, count, way)


@in_turns(f"train model-state-ae-layer1 for many seeds, {N_VECTORS:,} vectors of 32")
@every_row
def test_model_state_ae(benchmark: BenchmarkFixture, contests: dict[str, Together], count: int, way: str) -> None:
    """An autoencoder of activations: 32-16-8-16-32."""
    contests["model-state-ae-layer1"].report(benchmark, count, way)


@in_turns(f"train the subject model for many seeds, {N_VECTORS:,} images")
@every_row
def test_subject(benchmark: BenchmarkFixture, contests: dict[str, Together], count: int, way: str) -> None:
    """The classifier whose activations are watched: 784-32-32-10."""
    contests["subject"].report(benchmark, count, way)
