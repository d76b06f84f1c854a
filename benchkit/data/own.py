"""The user's own images: which reader fits this path?"""

from __future__ import annotations

import os
import re
from pathlib import Path

from benchkit.contract import Dataset
from benchkit.data.faults import fault
from benchkit.data.folder import FolderDataset
from benchkit.data.npz import NpzDataset
from benchkit.data.table import TableDataset
from benchkit.data.text import TextDataset
from benchkit.errors import UsageError

_READERS: dict[str, type[TableDataset] | type[TextDataset] | type[NpzDataset]] = {
    ".csv": TableDataset,
    ".npz": NpzDataset,
    ".txt": TextDataset,
}


def open_dataset(path: str | Path) -> Dataset:
    """Return the data set at ``path``; nothing is read before its ``load``.

    A folder of images, an ``.npz``, a ``.csv``, or a ``.txt`` in the text form. The data set is called after the
    file, in lower case, with hyphens for everything that is no letter or digit.

    Raises:
        DataError: there is nothing at that path.
        UsageError: a kind of file that no reader takes.
    """
    place = Path(os.path.expanduser(path))  # unlike Path.expanduser, no error for an unknown user
    if os.path.isdir(place):  # unlike Path.is_dir, False for a name that no file can have
        return FolderDataset(_name_after(place.resolve().name), str(place))
    if not os.path.exists(place):
        raise fault(
            place,
            got="no such file or folder",
            expected="a folder of images, an .npz, a .csv or a .txt file",
            next_step="Check the path, or choose a name from `benchkit data list`.",
        )
    reader = _READERS.get(place.suffix.lower())
    if reader is None:
        raise UsageError(
            f"{place}: got a file that ends in {place.suffix or 'nothing'!r}; expected a folder of images, or "
            f"{', '.join(_READERS)}. Convert it to one of these."
        )
    return reader(_name_after(place.stem), str(place))


def _name_after(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "own-images"
