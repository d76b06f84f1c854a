"""What the benchmarks are run on."""

from __future__ import annotations

import importlib.metadata
import os
from typing import TYPE_CHECKING, Any

import pytest
from scale import DEVICE_NAME, ROUNDS, SCALE, scaled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from benchkit import LabelledImages

# As the command line does, and for the same reason; before any benchmark imports torch.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

N_IMAGES = scaled(20_000, least=1_000)

VERSIONS = ("benchkit", "torch", "numpy", "keras", "tensorflow-cpu", "tensorflow", "pyod", "pytest-benchmark")
"""Distributions that have a say in the figures."""


@pytest.hookimpl(optionalhook=True)
def pytest_benchmark_update_machine_info(machine_info: dict[str, Any]) -> None:
    """Say beside the figures what they were measured on, as ``run.json`` does."""
    from benchkit.measure.hardware import describe, pick_device

    machine_info["benchkit"] = {
        **describe(pick_device(DEVICE_NAME)),
        "versions": dict(_versions()),
        "images": "mnist" if _mnist() else "synthetic",
        "scale": SCALE,
        "rounds": ROUNDS,
    }


def _versions() -> Iterator[tuple[str, str]]:
    for name in VERSIONS:
        try:
            yield name, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue


@pytest.fixture(scope="session")
def labelled() -> LabelledImages:
    """Return 20,000 images of 28×28: MNIST's first training images where they are at hand, else synthetic ones."""
    from benchkit import LabelledImages
    from benchkit.data import to_floats

    train = _mnist()
    if train is None:
        return _synthetic()
    return LabelledImages(to_floats(train.images[:N_IMAGES]), train.labels[:N_IMAGES].clone())


def _mnist() -> LabelledImages | None:
    from benchkit import DataError
    from benchkit.registry import load_registry

    os.environ["BENCHKIT_OFFLINE"] = "1"  # a benchmark downloads nothing
    try:
        return load_registry().datasets["mnist"].item.load().train
    except DataError:
        return None


@pytest.fixture(scope="session")
def images(labelled: LabelledImages) -> Tensor:
    """Return the images alone."""
    return labelled.images


def _synthetic() -> LabelledImages:
    """Return blobs on a dark background: four fifths of the pixels are 0, as in MNIST; ten classes at random."""
    import torch

    from benchkit import LabelledImages

    generator = torch.Generator().manual_seed(0)
    noise = torch.rand(N_IMAGES, 1, 28, 28, generator=generator)
    smooth = torch.nn.functional.avg_pool2d(noise, kernel_size=5, stride=1, padding=2, count_include_pad=False)
    blobs = ((smooth - smooth.quantile(0.8)).clamp(min=0.0) * 8.0).clamp(max=1.0)
    return LabelledImages(blobs, torch.randint(10, (N_IMAGES,), generator=generator))
