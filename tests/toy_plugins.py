"""Toy plugins for tests of the runner: a tiny data set, honest and hostile detectors, simple anomalies.

Also a plugin file that `--plugin` can load, so that worker processes meet the same objects.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

import benchkit

FITTED_TOGETHER: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = []
"""Who was fitted for many at once: name, seeds and numbers of images; here, as a plugin file is another module."""


@dataclass(frozen=True)
class ToyImages(benchkit.Dataset):
    """Ten classes of 8×8 images: class k has a bright column k % 8."""

    name: str = "toy"
    n_train: int = 400
    n_test: int = 200
    classes: int = 10

    def load(self) -> benchkit.Splits:
        """Draw the images from a fixed seed."""
        generator = torch.Generator().manual_seed(7)
        return benchkit.Splits(self._draw(self.n_train, generator), self._draw(self.n_test, generator))

    def _draw(self, n: int, generator: torch.Generator) -> benchkit.LabelledImages:
        labels = torch.arange(n) % self.classes
        images = torch.rand(n, 1, 8, 8, generator=generator) * 0.25
        images[torch.arange(n), 0, :, labels % 8] += 0.5
        return benchkit.LabelledImages((images * 255).round() / 255, labels)


@dataclass(frozen=True)
class Brightness(benchkit.Detector):
    """Scores the distance of an image's mean from the training mean: simple, honest, deterministic."""

    name: str = "brightness"
    scale: float = 1.0

    def fit(self, normal: Tensor, *, seed: int) -> Callable[[Tensor], Tensor]:
        """Remember the mean."""
        mean = normal.mean()
        return lambda inputs: self.scale * (inputs.flatten(1).mean(1) - mean).abs()


@dataclass(frozen=True)
class GlobalDraw(benchkit.Detector):
    """Draws from the global random states, as careless plugins do."""

    name: str = "global-draw"

    def fit(self, normal: Tensor, *, seed: int) -> Callable[[Tensor], Tensor]:
        """Draw one number from each global source."""
        noise = float(torch.rand(()) + np.random.rand() + random.random())
        return lambda inputs: inputs.flatten(1).mean(1) * noise


@dataclass(frozen=True)
class Hostile(benchkit.Detector):
    """Does one thing wrong, named by ``fault``."""

    name: str = "hostile"
    fault: str = "raise"

    def fit(self, normal: Tensor, *, seed: int) -> Callable[[Tensor], Tensor]:
        """Do it in fit, or return a scorer that does it."""
        if self.fault in FAULTY_FITS:
            return FAULTY_FITS[self.fault](normal)  # type: ignore[no-any-return]
        return FAULTY_SCORERS[self.fault]


def _raise(error: BaseException) -> None:
    raise error


def _write(normal: Tensor) -> Callable[[Tensor], Tensor]:
    normal.mul_(2)
    return lambda inputs: inputs.flatten(1).mean(1)


def _write_through_numpy(normal: Tensor) -> Callable[[Tensor], Tensor]:
    normal.numpy()[:] *= 2
    return lambda inputs: inputs.flatten(1).mean(1)


FAULTY_FITS: dict[str, Callable[[Tensor], Any]] = {
    "raise": lambda normal: _raise(ValueError("this detector is broken")),
    "exit": lambda normal: _raise(SystemExit(3)),
    "die": lambda normal: os._exit(3),
    "memory": lambda normal: _raise(MemoryError("too much")),
    "unsupported": lambda normal: _raise(benchkit.Unsupported("needs colour images")),
    "mutate": _write,
    "mutate-numpy": _write_through_numpy,
    "no-scorer": lambda normal: 7,
}

FAULTY_SCORERS: dict[str, Callable[[Tensor], Tensor]] = {
    "nan": lambda inputs: torch.full((len(inputs),), float("nan")),
    "infinite": lambda inputs: torch.full((len(inputs),), float("inf")),
    "short": lambda inputs: torch.zeros(len(inputs) - 1),
    "matrix": lambda inputs: torch.zeros(len(inputs), 2),
    "integers": lambda inputs: torch.zeros(len(inputs), dtype=torch.int64),
    "list": lambda inputs: [0.0] * len(inputs),  # type: ignore[dict-item, return-value]
    "meta": lambda inputs: torch.zeros(len(inputs), device="meta"),
    "score-raises": lambda inputs: 1 / 0,  # type: ignore[dict-item, return-value]
    "score-mutates": lambda inputs: inputs.zero_().flatten(1).mean(1),
}


@dataclass(frozen=True)
class Brighter(benchkit.AnomalyGenerator):
    """Adds ``amount`` to every pixel."""

    name: str = "brighter"
    amount: float = 0.3

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Tensor:
        """Brighten."""
        return (test.images + self.amount).clamp(0, 1)


@dataclass(frozen=True)
class HeldOut(benchkit.AnomalyGenerator):
    """Class 3, never seen in training."""

    name: str = "class-three"
    normal_labels: frozenset[int] | None = frozenset(set(range(10)) - {3})
    alters_test: bool = False

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Tensor:
        """Return the test images of the class."""
        if not bool((test.labels == 3).any()):
            raise benchkit.Unsupported("the data set has no class 3")
        return test.images[test.labels == 3]


@dataclass(frozen=True)
class BadAnomaly(benchkit.AnomalyGenerator):
    """Makes something that is not a batch of images, named by ``fault``."""

    name: str = "bad-anomaly"
    fault: str = "range"

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Tensor:
        """Make it."""
        made: dict[str, Callable[[], Tensor]] = {
            "range": lambda: test.images + 7,
            "nan": lambda: test.images * float("nan"),
            "shape": lambda: test.images[:, :, :4],
            "empty": lambda: test.images[:0],
            "dtype": lambda: test.images.double(),
            "none": lambda: None,  # type: ignore[return-value]
        }
        return made[self.fault]()


@dataclass(frozen=True)
class ToyView(benchkit.View):
    """Offers the images as they are under the name that the toys look at, and their column means."""

    name: str = "toy-view"

    def offers(self) -> tuple[str, ...]:
        """Two views of one object."""
        return ("toy-pixels", "columns")

    def fit(self, normal: benchkit.LabelledImages, *, seed: int) -> Mapping[str, Callable[[Tensor], Tensor]]:
        """Train nothing."""
        return {"toy-pixels": lambda images: images, "columns": lambda images: images.mean(2).flatten(1)}


@dataclass(frozen=True)
class BrokenView(benchkit.View):
    """Fails in ``fit``."""

    name: str = "broken-view"

    def fit(self, normal: benchkit.LabelledImages, *, seed: int) -> Mapping[str, Callable[[Tensor], Tensor]]:
        """Fail."""
        raise RuntimeError("this view is broken")


@benchkit.hookimpl
def benchkit_datasets() -> list[benchkit.Dataset]:
    """Offer the toy data set."""
    return [ToyImages()]


@benchkit.hookimpl
def benchkit_views() -> list[benchkit.View]:
    """Offer the toy views."""
    return [ToyView(), BrokenView()]


@benchkit.hookimpl
def benchkit_detectors() -> list[benchkit.Detector]:
    """Offer the toy detectors."""
    return [Brightness(), GlobalDraw()]


@benchkit.hookimpl
def benchkit_anomaly_generators() -> list[benchkit.AnomalyGenerator]:
    """Offer the toy anomalies."""
    return [Brighter(), HeldOut()]
