"""One's own images as a CSV table: the label first, then the pixels of a square image, one row an image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchkit.contract import Dataset, Splits
from benchkit.data.images import make_labelled
from benchkit.data.number_rows import parse_rows, read_lines
from benchkit.data.splitting import split_stratified
from benchkit.data.vectors import begins_with_decimal, parse_vectors, vectors_as_images


@dataclass(frozen=True)
class TableDataset(Dataset):
    """Images in a CSV file: ``label,pixel,pixel,…``, whole numbers, pixels from 0 to 255, square images.

    A first line whose first cell begins with a letter (``label,pixel1,…``) is a header and skipped.
    There is no published test split: see ``split_stratified``.

    A file whose first number has a decimal point or an exponent is one of vectors without labels, such as
    ``benchkit export-view`` writes: see ``vectors_as_images``.

    Attributes:
        path: the CSV file.
    """

    path: str

    def load(self) -> Splits:
        """Return the splits.

        Raises:
            DataError: missing, empty, ragged, not numeric, out of range, or not square; names the line.
        """
        lines = read_lines(Path(self.path))
        header = int(bool(lines) and lines[0].lstrip(' "')[:1].isalpha())
        if lines[header:] and begins_with_decimal(lines[header]):
            vectors = parse_vectors(lines[header:], where=self.path, first_line=1 + header)
            return split_stratified(vectors_as_images(vectors, where=self.path), where=self.path)
        rows = parse_rows(lines[header:], ",", where=self.path, first_line=1 + header)
        return split_stratified(make_labelled(rows[:, 1:], rows[:, 0], where=self.path), where=self.path)
