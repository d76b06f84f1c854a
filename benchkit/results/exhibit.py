"""What a run keeps of a cell for the eye: a few of its images, their reconstructions, the latent space, the losses."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchkit.errors import DataError, StoreError
from benchkit.results.atomic import write_atomically

_MEND = "A run keeps exhibits unless told otherwise: run again to make them."
_LARGEST = 1e31
_LONGEST_NOTE = 4000
_NO_NOTE = np.zeros(0, np.uint8)


@dataclass(frozen=True)
class Shown:
    """Images of one kind, normal or anomalous, in the order of their scores.

    Attributes:
        index: int64, k, increasing by score: which of the cell's scores are theirs.
        place: int64, k: normals: positions in the published test split; anomalies: as ``index``.
        labels: int64, k: classes; -1 where nobody knows, as of an anomaly.
        images: uint8, k×C×H×W.
        reconstructions: uint8, k×C×H×W as far as they can be shown so; empty (0×…) where the detector has none.
        latent: float32, m×2; empty where there is no latent space.
    """

    index: NDArray[np.int64]
    place: NDArray[np.int64]
    labels: NDArray[np.int64]
    images: NDArray[np.uint8]
    reconstructions: NDArray[np.uint8]
    latent: NDArray[np.float32]


@dataclass(frozen=True)
class Exhibit:
    """What one cell has to show.

    Attributes:
        normal: some normal test images: the least, the middle and the most anomalous.
        anomaly: some of the anomalies, chosen alike.
        losses: float64: the detector's mean training loss of each epoch; empty where it remembers none.
        latent_share: share of the normals' variance that the two numbers of ``latent`` hold: 1 where there are no more.
        note: what could not be shown, and why; empty when there is nothing to say.
    """

    normal: Shown
    anomaly: Shown
    losses: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    latent_share: float = 1.0
    note: str = ""


_PARTS = ("normal", "anomaly")
_COLUMNS = tuple(each.name for each in fields(Shown))
_NAMES = (*(f"{part}_{column}" for part in _PARTS for column in _COLUMNS), "losses", "latent_share", "note")


def write_exhibit(path: Path, exhibit: Exhibit) -> None:
    """Write an exhibit as arrays of plain numbers; its note is bytes of UTF-8.

    Raises:
        StoreError: the file cannot be written.
    """
    arrays: dict[str, NDArray[Any]] = {
        f"{part}_{column}": getattr(getattr(exhibit, part), column) for part in _PARTS for column in _COLUMNS
    }
    arrays |= {
        "losses": exhibit.losses,
        "latent_share": np.array([exhibit.latent_share]),
        "note": np.frombuffer(exhibit.note.encode(), np.uint8) if exhibit.note else _NO_NOTE,
    }
    write_atomically(path, lambda file: np.savez_compressed(file, **arrays))  # type: ignore[arg-type]


def read_exhibit(path: Path) -> Exhibit:
    """Return the exhibit of a cell.

    Raises:
        StoreError: the file is not there, damaged, or its arrays do not fit together.
    """
    from benchkit.data.archive import read_arrays  # imports torch, which a table does without

    try:
        found = dict(zip(_NAMES, read_arrays(path, lambda _: _NAMES, next_step=_MEND), strict=True))
    except DataError as error:
        raise StoreError(f"exhibit: {error}") from error
    normal, anomaly = (_shown(path, part, found) for part in _PARTS)
    share, losses = found["latent_share"], found["losses"]
    if share.shape != (1,) or not 0.0 <= share[0] <= 1.0 or losses.ndim != 1 or not _is_shown(losses):
        raise _damaged(path, "latent_share or losses", share)
    note = found["note"][:_LONGEST_NOTE].astype(np.uint8).tobytes().decode(errors="replace")
    return Exhibit(normal, anomaly, found["losses"].astype(np.float64), float(share[0]), note)


def _shown(path: Path, part: str, found: dict[str, NDArray[Any]]) -> Shown:
    shown = Shown(**{column: found[f"{part}_{column}"] for column in _COLUMNS})
    n, shape = len(shown.index), shown.images.shape
    lists = all(each.shape == (n,) and each.dtype == np.int64 for each in (shown.index, shown.place, shown.labels))
    listed = lists and n > 0 and min(shown.index.min(), shown.place.min()) >= 0
    if not listed or len(shape) != 4 or shape[:2] not in ((n, 1), (n, 3)) or min(shape) < 1:
        raise _damaged(path, f"{part} images", shown.images)
    if shown.images.dtype != np.uint8:
        raise _damaged(path, f"{part} images", shown.images)
    again = shown.reconstructions
    if again.dtype != np.uint8 or (len(again) and again.shape != shape):
        raise _damaged(path, f"{part} reconstructions", shown.reconstructions)
    if shown.latent.ndim != 2 or shown.latent.shape[1] != 2 or not _is_shown(shown.latent):
        raise _damaged(path, f"{part} latent", shown.latent)
    return shown


def _is_shown(numbers: NDArray[Any]) -> bool:
    """Return whether they can be drawn: floats, finite, and not so large that an axis overflows."""
    return numbers.dtype.kind == "f" and bool((np.abs(numbers) < _LARGEST).all())


def _damaged(path: Path, what: str, got: NDArray[Any]) -> StoreError:
    return StoreError(
        f"exhibit: {path}: got {what} of shape {got.shape} and {got.dtype}; expected arrays that fit together. {_MEND}"
    )
