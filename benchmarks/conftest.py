"""What the benchmarks are run on."""

from __future__ import annotations

import os

import pytest
import torch
from torch import Tensor

from benchkit import DataError
from benchkit.registry import load_registry

N_IMAGES = 20_000


@pytest.fixture(scope="session")
def images() -> Tensor:
    """Return 20,000 images of 28×28: MNIST's first training images where they are at hand, else synthetic ones."""
    os.environ["BENCHKIT_OFFLINE"] = "1"  # a benchmark downloads nothing
    try:
        return load_registry().datasets["mnist"].item.load().train.images[:N_IMAGES].clone()
    except DataError:
        return _synthetic()


def _synthetic() -> Tensor:
    """Return blobs on a dark background: four fifths of the pixels are 0, as in MNIST."""
    noise = torch.rand(N_IMAGES, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    smooth = torch.nn.functional.avg_pool2d(noise, kernel_size=5, stride=1, padding=2, count_include_pad=False)
    return ((smooth - smooth.quantile(0.8)).clamp(min=0.0) * 8.0).clamp(max=1.0)
