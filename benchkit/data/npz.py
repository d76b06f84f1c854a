"""One's own images as NumPy arrays in an ``.npz`` file, with the keys that Keras uses or ``images`` and ``labels``.

The arrays are read without pickle, and none is allocated on the word of a header: what a header claims must be in
the file.
"""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from benchkit.contract import Dataset, Splits
from benchkit.data.faults import fault
from benchkit.data.images import make_labelled
from benchkit.data.splitting import split_stratified
from benchkit.errors import DataError

_PUBLISHED = ("x_train", "y_train", "x_test", "y_test")
_ONE_PIECE = ("images", "labels")
_MOST_UNFOLDING = 1100  # deflate makes at most 1032 bytes out of one
_MEND = "Write it again with numpy.savez_compressed(path, images=…, labels=…)."


@dataclass(frozen=True)
class NpzDataset(Dataset):
    """Images in an ``.npz`` file: ``x_train, y_train, x_test, y_test``, or ``images, labels``.

    Images are as ``to_images`` takes them, labels whole numbers. In the second form there is no published test
    split: see ``split_stratified``.

    Attributes:
        path: the file.
    """

    path: str

    def load(self) -> Splits:
        """Return the splits.

        Raises:
            DataError: missing, truncated, corrupt, pickled, other keys, or arrays that are no images and labels.
        """
        arrays = _read_arrays(Path(self.path))
        if len(arrays) == len(_ONE_PIECE):
            return split_stratified(make_labelled(*arrays, where=self.path), where=self.path)
        train_images, train_labels, test_images, test_labels = arrays
        splits = Splits(
            train=make_labelled(train_images, train_labels, where=f"{self.path} (training)"),
            test=make_labelled(test_images, test_labels, where=f"{self.path} (test)"),
        )
        if splits.train.images.shape[1:] != splits.test.images.shape[1:]:
            got = f"training images {train_images.shape[1:]} and test images {test_images.shape[1:]}"
            raise fault(self.path, got=got, expected="one size", next_step=_MEND)
        return splits


def _read_arrays(path: Path) -> list[NDArray[Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            return [_read_array(archive, key, path) for key in _choose_keys(archive, path)]
    except DataError:
        raise
    except FileNotFoundError as error:
        raise fault(path, got="no such file", expected="an .npz file", next_step="Check the path.") from error
    except Exception as error:  # arbitrary bytes make zipfile and zlib raise a dozen kinds
        found = f"a broken archive ({type(error).__name__}: {error})"
        raise fault(path, got=found, expected="a whole .npz file", next_step=_MEND) from error


def _choose_keys(archive: zipfile.ZipFile, path: Path) -> tuple[str, ...]:
    held = {name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")}
    for keys in (_PUBLISHED, _ONE_PIECE):
        if held.issuperset(keys):
            return keys
    raise fault(
        path,
        got=f"the arrays {', '.join(map(ascii, sorted(held)[:10])) or '(none)'}",
        expected=f"{', '.join(_PUBLISHED)}; or {', '.join(_ONE_PIECE)}",
        next_step=_MEND,
    )


def _read_array(archive: zipfile.ZipFile, key: str, path: Path) -> NDArray[Any]:
    member = archive.getinfo(f"{key}.npy")
    in_file = min(member.compress_size, path.stat().st_size)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise fault(path, got=f"{key} packed in an unusual way", expected="stored or deflated", next_step=_MEND)
    if member.file_size > _MOST_UNFOLDING * (in_file + 1):
        raise fault(path, got=f"{key} said to have {member.file_size:,} bytes", expected="fewer", next_step=_MEND)
    return _parse_npy(archive.read(member), where=f"{key} in {path}")


def _parse_npy(raw: bytes, where: str) -> NDArray[Any]:
    stream = io.BytesIO(raw)
    try:
        version = npy_format.read_magic(stream)
        read_header = npy_format.read_array_header_1_0 if version == (1, 0) else npy_format.read_array_header_2_0
        shape, fortran_order, dtype = read_header(stream)
    except Exception as error:  # a header is a Python literal: arbitrary bytes make its parser raise anything
        raise fault(where, got=f"a broken header ({error})", expected="a NumPy array", next_step=_MEND) from error
    if dtype.kind not in "uif" or min(shape, default=0) < 0 or len(shape) > 4:
        raise fault(where, got=f"{dtype} of shape {shape}", expected="an array of numbers", next_step=_MEND)
    body = raw[stream.tell() :]
    if len(body) != math.prod(shape) * dtype.itemsize:
        raise fault(where, got=f"{len(body):,} bytes of items", expected=f"an array of {shape}", next_step=_MEND)
    flat: NDArray[Any] = np.frombuffer(body, dtype)
    return flat.reshape(shape, order="F" if fortran_order else "C")
