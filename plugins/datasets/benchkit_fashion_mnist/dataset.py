"""Fashion-MNIST as a data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchkit import Dataset, RemoteFile, Splits
from benchkit.data import load_idx_splits
from benchkit_fashion_mnist.remote_files import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS


@dataclass(frozen=True)
class FashionMnist(Dataset):
    """Fashion-MNIST as it was published.

    Labels: 0 T-shirt, 1 trousers, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.
    """

    name: str = "fashion-mnist"

    def files(self) -> Sequence[RemoteFile]:
        """Return the four IDX files."""
        return (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)

    def load(self) -> Splits:
        """Return the splits: 60,000 and 10,000 images, uint8 N×1×28×28.

        Raises:
            DataError: a file is missing and cannot be fetched, or is truncated or corrupt.
        """
        return load_idx_splits(*self.files())
