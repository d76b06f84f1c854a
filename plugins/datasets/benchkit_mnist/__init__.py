"""The data set ``mnist``: 60,000 + 10,000 images of hand-written digits, 28×28, 0 = background; and ``mnist-1000``.

Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
Proceedings of the IEEE 86 (1998). Licence of the data: CC BY-SA 3.0. The files are not part of this package:
``benchkit data fetch mnist`` brings them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from benchkit import Dataset, RemoteFile, Splits, hookimpl
from benchkit.data import load_idx_splits
from benchkit_mnist.remote_files import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS

FIRST = 1000
"""Training images of ``mnist-1000``."""


@dataclass(frozen=True)
class Mnist(Dataset):
    """MNIST as it was published: labels 0 to 9 are the digits."""

    name: str = "mnist"

    def files(self) -> Sequence[RemoteFile]:
        """Return the four IDX files."""
        return (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)

    def load(self) -> Splits:
        """Return the splits: 60,000 and 10,000 images, uint8 N×1×28×28.

        Raises:
            DataError: a file is missing and cannot be fetched, or is truncated or corrupt.
        """
        return load_idx_splits(*self.files())


@dataclass(frozen=True)
class MnistBeginning(Mnist):
    """The first thousand training images of MNIST, and all its test images.

    Source: the fourth of the five experiments, which trains on these thousand and looks for the oddest among them. Here
    what is looked at was not trained on: the test images are the published 10,000, of which there are enough to tell
    detectors apart.
    """

    name: str = "mnist-1000"

    def load(self) -> Splits:
        """Return the splits: 1,000 and 10,000 images, uint8 N×1×28×28, each in the published order.

        Raises:
            DataError: as ``mnist``.
        """
        whole = super().load()
        return Splits(train=whole.train.select(torch.arange(FIRST)), test=whole.test)


@hookimpl
def benchkit_datasets() -> Sequence[Dataset]:
    """Offer MNIST, whole and in small."""
    return (Mnist(), MnistBeginning())
