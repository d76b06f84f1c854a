"""The user's own images to be scored: PNG and JPEG files, folders and patterns of them, IDX files and the text form.

Files that cannot be read do not keep the others from being read: they are named beside them.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchkit.data.compression import gunzip
from benchkit.data.faults import fault
from benchkit.data.idx import parse_idx
from benchkit.data.images import make_labelled, to_bytes
from benchkit.data.likeness import Likeness
from benchkit.data.picture import PICTURE_SUFFIXES, Picture, read_picture
from benchkit.data.text import read_text
from benchkit.errors import DataError, UsageError

_TEXT_SUFFIX = ".txt"
_MOST_BYTES = 2**30
_GZIP, _IDX, _PNG, _JPEG = b"\x1f\x8b", b"\0\0", b"\x89PNG", b"\xff\xd8"
_KINDS = {b"GIF8": "a GIF file", b"BM": "a BMP file", b"RIFF": "a WebP file", b"II*\0": "a TIFF file",
          b"MM\0*": "a TIFF file", b"%PDF": "a PDF file", b"PK\3\4": "a ZIP archive"}  # fmt: skip
_EXPECTED = "a PNG or JPEG picture, an IDX file (.gz or not) or a .txt file in the text form"


@dataclass(frozen=True)
class OwnImage:
    """One image, made like those of a data set.

    Attributes:
        file: the file that it came from.
        place: its number in that file, from 0; None where the file is one picture.
        label: its class; None where nobody knows.
        levels: uint8, H×W of the data set.
        steps: what was done to it, a clause each.
    """

    file: str
    place: int | None
    label: int | None
    levels: NDArray[np.uint8]
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """A file that cannot be read.

    Attributes:
        file: its path.
        reason: what was got, what expected, and the next step, with the path.
    """

    file: str
    reason: str


@dataclass(frozen=True)
class OwnImages:
    """What could be read, and what could not.

    Attributes:
        images: in the order of the files.
        refused: in the order of the files.
    """

    images: tuple[OwnImage, ...]
    refused: tuple[Refused, ...]


def find_images(given: Sequence[str | Path]) -> list[Path]:
    """Return the files that paths, folders and patterns name, each once; those of a folder or pattern by name.

    Of a folder, the PNG and JPEG files that lie in it itself are taken.

    Raises:
        UsageError: nothing was given, or a pattern matches nothing.
        DataError: there is no such file, or no picture in a folder.
    """
    if not given:
        raise UsageError("images: got none; expected files, folders or patterns such as 'mine/*.png'. Name some.")
    return list(dict.fromkeys(file for each in given for file in _files_of(str(each))))


def _files_of(given: str) -> list[Path]:
    path = Path(os.path.expanduser(given))
    if os.path.isdir(path):
        return _files_in(path)
    if os.path.exists(path):
        return [path]
    if not glob.has_magic(given):
        raise fault(path, got="no such file or folder", expected=_EXPECTED, next_step="Check the path.")
    found = sorted(glob.glob(str(path), recursive=True))
    if not found:
        raise UsageError(
            f"images {given!r}: the pattern matches no file here. Check it and the folder; `**` matches folders within "
            "folders."
        )
    return [file for each in found for file in (_files_in(Path(each)) if os.path.isdir(each) else [Path(each)])]


def _files_in(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise fault(folder, got=f"no readable folder ({error})", expected="a folder", next_step="Mend it.") from error
    files = [entry for entry in entries if entry.suffix.lower() in PICTURE_SUFFIXES and not entry.name.startswith(".")]
    if not files:
        raise fault(
            folder,
            got=f"no pictures among {len(entries)} entries" if entries else "an empty folder",
            expected=f"files in it that end in {', '.join(PICTURE_SUFFIXES)}",
            next_step="Name the folder that holds the pictures, or a pattern such as 'FOLDER/*/*.png'.",
        )
    return files


def read_images(files: Sequence[Path], likeness: Likeness) -> OwnImages:
    """Read files and make every image in them like those of a data set.

    Args:
        files: as ``find_images`` returns them.
        likeness: what they become.
    """
    images: list[OwnImage] = []
    refused: list[Refused] = []
    for file in files:
        try:
            images += _images_in(file, likeness)
        except DataError as error:
            reason = str(error)
            refused.append(Refused(str(file), reason if str(file) in reason else f"{file}: {reason}"))
    return OwnImages(tuple(images), tuple(refused))


def _images_in(file: Path, likeness: Likeness) -> list[OwnImage]:
    if file.suffix.lower() == _TEXT_SUFFIX:
        text = read_text(file)
        return list(_alike(file, to_bytes(text.images)[:, 0], text.labels.tolist(), likeness))
    head = _head(file)
    if head.startswith((_PNG, _JPEG)):
        picture = likeness.of(read_picture(file))
        return [OwnImage(str(file), None, None, picture.levels, picture.steps)]
    if head.startswith((_GZIP, _IDX)):
        levels = _idx_images(file)
        return list(_alike(file, levels, _idx_labels(file, len(levels)), likeness))
    kind = next((name for start, name in _KINDS.items() if head.startswith(start)), "")
    got = kind or f"the first bytes {head[:4].hex(' ')}" if head else "an empty file"
    raise fault(file, got=got, expected=_EXPECTED, next_step="Save the picture that is meant as PNG, or leave it out.")


def _head(file: Path) -> bytes:
    if not os.path.isfile(file):  # nobody waits for a pipe
        raise fault(file, got="no ordinary file", expected=_EXPECTED, next_step="Copy it to a file.")
    try:
        with file.open("rb") as stream:
            return stream.read(8)
    except OSError as error:
        raise fault(file, got=f"an unreadable file ({error})", expected=_EXPECTED, next_step="Mend it.") from error


def _alike(
    file: Path, levels: NDArray[np.uint8], labels: Sequence[int | None], likeness: Likeness
) -> Iterator[OwnImage]:
    """Yield the images of one file, which are inverted all or none: they were made together."""
    inverts = likeness.inverts(levels)
    for place, (image, label) in enumerate(zip(levels, labels, strict=True)):
        made = likeness.of(Picture(image), inverts=inverts)
        yield OwnImage(str(file), place, label, made.levels, made.steps)


def _idx_images(file: Path) -> NDArray[np.uint8]:
    array = parse_idx(_unpacked(file), where=str(file))
    if array.ndim != 3:
        raise fault(
            file,
            got=f"items of shape {'×'.join(map(str, array.shape))}",
            expected="images, N×H×W",
            next_step="Name the file of the images; that of their labels is found beside it.",
        )
    return to_bytes(make_labelled(array, np.zeros(len(array), np.int64), where=file).images)[:, 0]


def _idx_labels(file: Path, count: int) -> Sequence[int | None]:
    """Return the labels from the file beside that is named as usual (``…-labels-idx1-…``), where there is one."""
    beside = file.with_name(file.name.replace("images", "labels").replace("idx3", "idx1"))
    if beside == file or not os.path.isfile(beside):
        return [None] * count
    labels = parse_idx(_unpacked(beside), where=str(beside))
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise fault(
            beside,
            got=f"labels of shape {labels.shape} and type {labels.dtype}",
            expected=f"{count} whole numbers, one for each image of {file}",
            next_step="Mend or remove the file of labels.",
        )
    return [int(label) for label in labels]


def _unpacked(file: Path) -> bytes:
    mend = "Give a smaller file, or leave it out."
    try:
        with file.open("rb") as stream:
            packed = stream.read(2) == _GZIP
            stream.seek(0)
            raw = (
                gunzip(stream, limit=_MOST_BYTES, where=file, next_step=mend)
                if packed
                else stream.read(_MOST_BYTES + 1)
            )
    except OSError as error:
        raise fault(file, got=f"an unreadable file ({error})", expected=_EXPECTED, next_step="Mend it.") from error
    if len(raw) > _MOST_BYTES:
        raise fault(file, got="more than a gibibyte", expected=f"at most {_MOST_BYTES:,} bytes", next_step=mend)
    return raw
