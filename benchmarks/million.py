"""A million images, to see what a run on them takes: ``python benchmarks/million.py FILE.npz``.

They are MNIST's training images where these are at hand, else the embedded digits, each shifted by up to two pixels
both ways, over and over; the test images are the data set's own. The file takes 0.8 GB.
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

import numpy as np

from benchkit import DataError, Splits
from benchkit.data import to_bytes
from benchkit.registry import load_registry

COUNT = 1_000_000
_SHIFTS = tuple(itertools.product(range(-2, 3), repeat=2))


def main(file: Path) -> None:
    """Write the file."""
    splits = _splits()
    images, labels = to_bytes(splits.train.images)[:, 0], splits.train.labels.numpy()
    test, test_labels = to_bytes(splits.test.images)[:, 0], splits.test.labels.numpy()
    many = np.empty((COUNT, *images.shape[1:]), dtype=np.uint8)
    for start, shift in zip(range(0, COUNT, len(images)), itertools.cycle(_SHIFTS), strict=False):
        room = many[start : start + len(images)]
        room[:] = np.roll(images, shift, axis=(1, 2))[: len(room)]
    np.savez(file, x_train=many, y_train=np.resize(labels, COUNT), x_test=test, y_test=test_labels)


def _splits() -> Splits:
    os.environ["BENCHKIT_OFFLINE"] = "1"  # a benchmark downloads nothing
    datasets = load_registry().datasets
    try:
        return datasets["mnist"].item.load()
    except DataError:
        return datasets["digits"].item.load()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
