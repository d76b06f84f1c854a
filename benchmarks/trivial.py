"""A plugin file whose work is nothing, so that what remains of a run's time is what carrying it out costs."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

import benchkit


@dataclass(frozen=True)
class Specks(benchkit.Dataset):
    """A hundred random images of 4×4 pixels, and as many to test on."""

    name: str = "specks"

    def load(self) -> benchkit.Splits:
        """Draw them from a fixed seed."""
        generator = torch.Generator().manual_seed(0)
        parts = [benchkit.LabelledImages(torch.rand(100, 1, 4, 4, generator=generator), torch.arange(100) % 2)
                 for _ in range(2)]  # fmt: skip
        return benchkit.Splits(*parts)


@dataclass(frozen=True)
class Mean(benchkit.Detector):
    """Scores the mean of an image."""

    name: str = "mean"

    def fit(self, normal: Tensor, *, seed: int) -> benchkit.Scorer:
        """Learn nothing."""
        return lambda inputs: inputs.flatten(1).mean(1)


@dataclass(frozen=True)
class Brighter(benchkit.AnomalyGenerator):
    """Adds a little to every pixel."""

    name: str = "brighter"

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Tensor:
        """Brighten."""
        return (test.images + 0.1).clamp(0, 1)


@benchkit.hookimpl
def benchkit_datasets() -> list[benchkit.Dataset]:
    """Offer the specks."""
    return [Specks()]


@benchkit.hookimpl
def benchkit_detectors() -> list[benchkit.Detector]:
    """Offer detectors enough to share one set of images."""
    return [Mean(f"mean-{number}") for number in range(20)]


@benchkit.hookimpl
def benchkit_anomaly_generators() -> list[benchkit.AnomalyGenerator]:
    """Offer the one anomaly."""
    return [Brighter()]
