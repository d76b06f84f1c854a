"""Reading the raw scores of a cell."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchkit.errors import StoreError

_DAMAGED = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    EOFError,
    MemoryError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
"""All that NumPy and zipfile raise on bytes that are no archive of arrays."""


def read_scores(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays ``normal``, ``anomaly`` and ``calibration`` of a score file.

    Raises:
        StoreError: the file is not there, damaged, or holds something other than numbers.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in ("normal", "anomaly", "calibration")}
    except _DAMAGED as error:
        raise StoreError(
            f"{path}: the raw scores cannot be read: {error}. Expected an .npz file with the numbers of normal, "
            "anomaly and calibration scores, which a run keeps unless told otherwise. Run again to make it."
        ) from error
