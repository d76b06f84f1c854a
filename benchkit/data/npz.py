"""One's own images as NumPy arrays in an ``.npz`` file, with the keys that Keras uses or ``images`` and ``labels``.

Or vectors instead of images: ``rows`` and ``labels``.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from benchkit.contract import Dataset, Splits
from benchkit.data.archive import read_arrays
from benchkit.data.faults import fault
from benchkit.data.images import make_labelled
from benchkit.data.splitting import split_stratified
from benchkit.data.vectors import vectors_as_images

_PUBLISHED = ("x_train", "y_train", "x_test", "y_test")
_ONE_PIECE = ("images", "labels")
_VECTORS = ("rows", "labels")
_MEND = "Write it again with numpy.savez_compressed(path, images=…, labels=…)."


@dataclass(frozen=True)
class NpzDataset(Dataset):
    """Images in an ``.npz`` file: ``x_train, y_train, x_test, y_test``, or ``images, labels``, or ``rows, labels``.

    Images are as ``to_images`` takes them, labels whole numbers. In the second form there is no published test
    split: see ``split_stratified``. In the third, which ``benchkit export-view`` writes, there are vectors in the
    place of images: see ``vectors_as_images``.

    Attributes:
        path: the file.
    """

    path: str

    def load(self) -> Splits:
        """Return the splits.

        Raises:
            DataError: missing, truncated, corrupt, pickled, other keys, or arrays that are no images and labels.
        """
        path = Path(self.path)
        arrays, keys = _read(path)
        if len(arrays) == len(_ONE_PIECE):
            make = vectors_as_images if keys == _VECTORS else make_labelled
            return split_stratified(make(*arrays, where=self.path), where=self.path)
        train_images, train_labels, test_images, test_labels = arrays
        splits = Splits(
            train=make_labelled(train_images, train_labels, where=f"{self.path} (training)"),
            test=make_labelled(test_images, test_labels, where=f"{self.path} (test)"),
        )
        if splits.train.images.shape[1:] != splits.test.images.shape[1:]:
            got = f"training images {train_images.shape[1:]} and test images {test_images.shape[1:]}"
            raise fault(self.path, got=got, expected="one size", next_step=_MEND)
        return splits


def _read(path: Path) -> tuple[list[NDArray[Any]], tuple[str, ...]]:
    chosen: list[str] = []

    def choose(held: Set[str]) -> tuple[str, ...]:
        chosen[:] = _choose_keys(held, path)
        return tuple(chosen)

    arrays = read_arrays(path, choose, next_step=_MEND)
    return arrays, tuple(chosen)


def _choose_keys(held: Set[str], path: Path) -> tuple[str, ...]:
    for keys in (_PUBLISHED, _ONE_PIECE, _VECTORS):
        if held >= set(keys):
            return keys
    raise fault(
        path,
        got=f"the arrays {', '.join(map(ascii, sorted(held)[:10])) or '(none)'}",
        expected=f"{', '.join(_PUBLISHED)}; or {', '.join(_ONE_PIECE)}; or {', '.join(_VECTORS)}",
        next_step=_MEND,
    )
