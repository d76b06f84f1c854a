"""Clothes among digits: Fashion-MNIST test images as anomalies, as in the convolutional autoencoder experiment."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from benchkit import AnomalyGenerator, LabelledImages, Unsupported
from benchkit.data import borrow, fetch_command, find, load_idx
from benchkit_fashion_mnist.remote_files import TEST_IMAGES, TEST_LABELS


@dataclass(frozen=True)
class FashionAnomalies(AnomalyGenerator):
    """As many Fashion-MNIST test images as there are test images, drawn without replacement; never downloads."""

    name: str = "fashion"
    alters_test: bool = False

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return images of clothes: float32 M×1×H×W in [0, 1], resized to the size of ``test.images``.

        Raises:
            Unsupported: the files are not on this machine, or the test images are Fashion-MNIST themselves.
            DataError: the files are truncated or corrupt.
        """
        if find(TEST_IMAGES) is None or find(TEST_LABELS) is None:
            raise Unsupported(f"Fashion-MNIST is not on this machine; bring it with `{fetch_command(TEST_IMAGES)}`")
        return borrow(load_idx(TEST_IMAGES, TEST_LABELS, download=False), test, seed=seed)
