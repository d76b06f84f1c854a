"""Reading the raw scores of a cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from benchkit.errors import DataError, StoreError

_NAMES = ("normal", "anomaly", "calibration")
_MEND = "A run keeps the raw scores unless told otherwise: run again to make them."


def read_scores(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays ``normal``, ``anomaly`` and ``calibration`` of a score file, with the dtype of each.

    Raises:
        StoreError: the file is not there, damaged, or holds something other than numbers.
    """
    from benchkit.data.archive import read_arrays  # imports torch, which a table does without

    try:
        return dict(zip(_NAMES, read_arrays(path, lambda _: _NAMES, next_step=_MEND), strict=True))
    except DataError as error:
        raise StoreError(f"raw scores: {error}") from error
