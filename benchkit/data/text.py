"""One's own images in the text form: one image a line, ``label ** p0 p1 …``, as in the deep autoencoder experiment.

Label and pixels are whole numbers, pixels from 0 to 255, separated by single blanks; 784 pixels make a 28×28 image.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchkit.contract import Dataset, LabelledImages, Splits
from benchkit.data.faults import fault
from benchkit.data.images import make_labelled, to_bytes
from benchkit.data.number_rows import WHOLE_NUMBER, parse_rows, read_lines
from benchkit.data.splitting import split_stratified

_SEPARATOR = " ** "


@dataclass(frozen=True)
class TextDataset(Dataset):
    """Images in a text file, one a line: ``label ** p0 p1 … p783``.

    Any square number of pixels will do, the same on every line. There is no published test split: see
    ``split_stratified``.

    Attributes:
        path: the text file.
    """

    path: str

    def load(self) -> Splits:
        """Return the splits.

        Raises:
            DataError: as ``read_text``, or too few images to split.
        """
        return split_stratified(read_text(self.path), where=self.path)


def read_text(path: str | Path) -> LabelledImages:
    """Return all images of a text file, in its order.

    Raises:
        DataError: missing, empty, a line without label and ``**``, ragged, not numeric, out of range, not square.
    """
    lines = _without_separator(read_lines(Path(path)), path)
    rows = parse_rows(lines, " ", where=path)
    return make_labelled(rows[:, 1:], rows[:, 0], where=path)


def write_text(path: str | Path, images: LabelledImages) -> None:
    """Write images to a text file that ``read_text`` reads back: the same labels, the pixels rounded to 8 bits.

    The file appears whole or not at all.

    Raises:
        DataError: the images are not square (the form has no place for a shape), or the file cannot be written.
    """
    height, width = images.images.shape[-2:]
    if height != width:
        raise fault(path, got=f"images of {height}×{width}", expected="square images", next_step="Pad or crop them.")
    target = Path(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    rows = to_bytes(images.images).reshape(len(images), -1)
    words = [str(value) for value in range(256)]  # looked up, because formatting 784 numbers a line is slow
    try:
        with partial.open("w", encoding="utf-8") as stream:
            for label, pixels in zip(images.labels.tolist(), rows, strict=True):
                stream.write(f"{label}{_SEPARATOR}{' '.join(map(words.__getitem__, pixels.tobytes()))}\n")
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise fault(
            path, got=f"no file written ({error})", expected="a writable folder", next_step="Choose another path."
        ) from error


def _without_separator(lines: Sequence[str], where: object) -> list[str]:
    joined = []
    for number, line in enumerate(lines, start=1):
        label, separator, pixels = line.partition(_SEPARATOR)
        if not separator or not WHOLE_NUMBER.fullmatch(label):
            raise fault(
                f"line {number} of {where}",
                got=repr(line[:40]),
                expected="`label ** p0 p1 …` with single blanks",
                next_step="Mend or delete that line.",
            )
        joined.append(f"{label} {pixels}")
    return joined
