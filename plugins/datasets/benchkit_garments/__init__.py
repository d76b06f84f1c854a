"""The data set ``garments`` and the anomalies of the same name: clothes drawn by a few polygons; no files, no network.

A stand-in for Fashion-MNIST where its files are not at hand, in its format and class order, and never under its name:
the pictures are drawn here, none is a photograph. Licence: that of this package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from benchkit import AT_LEAST_ONE, AnomalyGenerator, Dataset, LabelledImages, Ranges, Splits, hookimpl
from benchkit.data import borrow, make_labelled
from benchkit_garments.drawing import draw_garments

_TRAIN_SEED, _TEST_SEED = 1, 2


@dataclass(frozen=True)
class Garments(Dataset):
    """Drawn silhouettes of ten garments with random proportions, place, brightness and weave; always the same.

    Labels: 0 T-shirt, 1 trousers, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.

    Attributes:
        train_images: how many training images are drawn.
        test_images: how many test images are drawn.
    """

    setting_ranges: ClassVar[Ranges] = {"train_images": AT_LEAST_ONE, "test_images": AT_LEAST_ONE}

    name: str = "garments"
    train_images: int = 2000
    test_images: int = 1000

    def load(self) -> Splits:
        """Return the splits: uint8 N×1×28×28, every class equally often.

        Raises:
            DataError: a number of images below 1 was asked for.
        """
        return Splits(train=_draw(self.train_images, _TRAIN_SEED), test=_draw(self.test_images, _TEST_SEED))


@dataclass(frozen=True)
class GarmentAnomalies(AnomalyGenerator):
    """Drawn garments as anomalies: the test images of ``garments``.

    Attributes:
        test_images: how many are drawn; no more than these can be returned.
    """

    setting_ranges: ClassVar[Ranges] = {"test_images": AT_LEAST_ONE}

    name: str = "garments"
    alters_test: bool = False
    test_images: int = 1000

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return drawn garments: float32 M×1×H×W in [0, 1], resized to the size of ``test.images``.

        Raises:
            Unsupported: the test images are these garments themselves.
        """
        return borrow(_draw(self.test_images, _TEST_SEED), test, seed=seed)


def _draw(count: int, seed: int) -> LabelledImages:
    pixels, labels = draw_garments(count, seed=seed)
    return make_labelled(pixels, labels, where="garments")


@hookimpl
def benchkit_datasets() -> Sequence[Dataset]:
    """Offer the drawn garments."""
    return (Garments(),)


@hookimpl
def benchkit_anomaly_generators() -> Sequence[AnomalyGenerator]:
    """Offer them as anomalies."""
    return (GarmentAnomalies(),)
