"""One's own images as a folder: one sub-folder a class, optionally below ``train`` and ``test``."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchkit.contract import Dataset, LabelledImages, Splits
from benchkit.data.faults import fault
from benchkit.data.grey import to_grey
from benchkit.data.images import make_labelled
from benchkit.data.splitting import split_stratified
from benchkit.errors import DataError

_SUFFIXES = (".png", ".jpg", ".jpeg")
_MOST_PIXELS = 4096 * 4096  # one image; refused before it is unpacked
_LONGEST_NUMBER = 9


@dataclass(frozen=True)
class FolderDataset(Dataset):
    """PNG and JPEG images, one sub-folder a class, all of one size.

    ``FOLDER/train/CLASS/*.png`` and ``FOLDER/test/CLASS/*.png`` are a published split; without these two,
    ``FOLDER/CLASS/*.png`` is split by ``split_stratified``. Colours become 8-bit grey (ITU-R 601 luma), transparent
    parts background (0). Class names that are all numbers are the labels; others are numbered from 0 in sorted order.

    Attributes:
        path: the folder.
    """

    path: str

    def load(self) -> Splits:
        """Return the splits.

        Raises:
            DataError: no such folder, no images, an unreadable image, or one of another size; names the file.
        """
        root = Path(self.path)
        parts = [root / "train", root / "test"]
        if not all(map(os.path.isdir, parts)):
            labels = _number_classes(_class_names(root), root)
            return split_stratified(_read_part(root, labels), where=root)
        labels = _number_classes({name for part in parts for name in _class_names(part)}, root)
        train, test = (_read_part(part, labels) for part in parts)
        if train.images.shape[1:] != test.images.shape[1:]:
            sizes = ["×".join(map(str, part.images.shape[2:])) for part in (train, test)]
            raise fault(
                root,
                got=f"{sizes[0]} images in train and {sizes[1]} in test",
                expected="one size",
                next_step="Resize one of the two.",
            )
        return Splits(train, test)


def _class_names(folder: Path) -> list[str]:
    try:
        names = [entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
    except OSError as error:
        raise _unreadable(folder, error) from error
    if not names:
        raise fault(
            folder,
            got="no sub-folders",
            expected="one sub-folder a class, with PNG or JPEG images",
            next_step="Sort the images into sub-folders; one is enough when there is one class.",
        )
    return sorted(names)


def _unreadable(folder: Path, error: OSError) -> DataError:
    return fault(folder, got=f"no readable folder ({error})", expected="a folder", next_step="Check the path.")


def _number_classes(names: Iterable[str], root: Path) -> dict[str, int]:
    ordered = sorted(names)
    if not all(name.isascii() and name.isdigit() and len(name) <= _LONGEST_NUMBER for name in ordered):
        return {name: label for label, name in enumerate(ordered)}
    numbers = {name: int(name) for name in ordered}
    if len(set(numbers.values())) < len(numbers):
        found = f"sub-folders {', '.join(ordered)}"
        raise fault(root, got=found, expected="every class number once", next_step="Rename or merge sub-folders.")
    return numbers


def _read_part(folder: Path, labels: Mapping[str, int]) -> LabelledImages:
    pixels: list[NDArray[np.uint8]] = []
    classes: list[int] = []
    for name in _class_names(folder):
        for path in _image_files(folder / name):
            pixels.append(_read_image(path, expected=pixels[0].shape if pixels else None))
            classes.append(labels[name])
    return make_labelled(np.stack(pixels), np.array(classes), where=folder)


def _image_files(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise _unreadable(folder, error) from error
    files = [entry for entry in entries if entry.suffix.lower() in _SUFFIXES and not entry.name.startswith(".")]
    if not files:
        raise fault(
            folder,
            got=f"no images among {len(entries)} entries",
            expected=f"files that end in {', '.join(_SUFFIXES)}",
            next_step="Add images or delete the sub-folder.",
        )
    return files


def _read_image(path: Path, *, expected: tuple[int, ...] | None) -> NDArray[np.uint8]:
    mend = "Resize, replace or delete that file."
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow warns of an image that unfolds into a full memory
            with Image.open(path, formats=("PNG", "JPEG")) as image:
                if expected is not None and image.size != expected[::-1]:
                    size = f"{image.height}×{image.width}"
                    raise fault(path, got=size, expected=f"{expected[0]}×{expected[1]} as before it", next_step=mend)
                if image.width * image.height > _MOST_PIXELS:
                    found = f"{image.height}×{image.width}"
                    raise fault(path, got=found, expected=f"at most {_MOST_PIXELS:,} pixels", next_step=mend)
                return to_grey(image)
    except DataError:
        raise
    except Exception as error:  # a broken image makes Pillow raise a dozen kinds
        raise fault(
            path, got=f"an unreadable image ({error})", expected="a PNG or JPEG image", next_step=mend
        ) from error
