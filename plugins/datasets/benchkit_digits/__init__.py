"""The data set ``digits``: 1,797 hand-written digits that come with scikit-learn; no files, no network.

Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository (1998),
the test part, as bundled in ``sklearn.datasets.load_digits``. Licence of the data: CC BY 4.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from benchkit import Dataset, Splits, hookimpl
from benchkit.data import make_labelled, resize, split_stratified, to_bytes

_DARKEST = 16
_SIDE = 28


@dataclass(frozen=True)
class Digits(Dataset):
    """Scikit-learn's digits, enlarged to the size of MNIST: labels 0 to 9 are the digits.

    The published 8×8 pixels count ink from 0 to 16. They are divided by 16, resampled to 28×28 bilinearly (pixel
    centres aligned, edges repeated) and rounded to 8 bits. Of each digit every fifth image is a test image.
    """

    name: str = "digits"

    def load(self) -> Splits:
        """Return the splits: 1,438 and 359 images, uint8 N×1×28×28."""
        from sklearn.datasets import load_digits  # here, because every command imports this module

        ink, labels = load_digits(return_X_y=True)
        small = torch.from_numpy((ink / _DARKEST).astype(np.float32)).reshape(-1, 1, 8, 8)
        return split_stratified(make_labelled(to_bytes(resize(small, _SIDE, _SIDE)), labels, where=self.name))


@hookimpl
def benchkit_datasets() -> Sequence[Dataset]:
    """Offer the digits: the embedded default."""
    return (Digits(),)
