"""The data set ``digits``: 1,797 hand-written digits that come with scikit-learn; no files, no network.

Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository (1998),
the test part, as bundled in ``sklearn.datasets.load_digits``. Licence of the data: CC BY 4.0.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchkit import DataError, Dataset, Splits, hookimpl
from benchkit.data import make_labelled, resize, split_stratified, to_bytes

_FILE = "datasets/data/digits.csv.gz"
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
        ink, labels = _read()
        small = torch.from_numpy((ink / _DARKEST).astype(np.float32)).reshape(-1, 1, 8, 8)
        return split_stratified(make_labelled(to_bytes(resize(small, _SIDE, _SIDE)), labels, where=self.name))


def _read() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return ink (n×64) and labels (n) from scikit-learn's own file: importing its reader takes a second."""
    found = importlib.util.find_spec("sklearn")
    file = Path(found.origin).parent / _FILE if found and found.origin else Path(_FILE)
    try:
        table = np.loadtxt(file, delimiter=",")
    except OSError as error:
        raise DataError(
            f"data set digits: got no file {file} ({error}); expected the one that comes with scikit-learn. Install it "
            "anew with: pip install --force-reinstall scikit-learn."
        ) from error
    return table[:, :-1], table[:, -1].astype(np.int64)


@hookimpl
def benchkit_datasets() -> Sequence[Dataset]:
    """Offer the digits: the embedded default."""
    return (Digits(),)
