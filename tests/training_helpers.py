"""What the tests of training, views and detectors share."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from benchkit import LabelledImages


def noise(*shape: int, seed: int = 0) -> Tensor:
    """Return uniform numbers in [0, 1)."""
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def blobs(n: int, *, side: int = 12, classes: int = 3, seed: int = 0) -> LabelledImages:
    """Return small images with one bright square each, whose place tells the class."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % classes
    images = 0.1 * torch.rand(n, 1, side, side, generator=generator)
    for label in range(classes):
        images[labels == label, :, 3 * label : 3 * label + 3, 2:6] += 0.7
    return LabelledImages(images, labels)


@contextmanager
def random_state_untouched() -> Iterator[None]:
    """Fail if torch's, NumPy's or Python's global random state differs afterwards."""
    torch_state, numpy_state, python_state = torch.get_rng_state(), np.random.get_state(), random.getstate()
    yield
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert all(np.array_equal(a, b) for a, b in zip(np.random.get_state(), numpy_state, strict=True))
    assert random.getstate() == python_state
