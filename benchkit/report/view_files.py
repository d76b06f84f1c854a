"""What a view shows, as a file: CSV, NumPy's ``.npz``, or the text form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchkit.contract import LabelledImages
from benchkit.data import to_levels, write_text
from benchkit.errors import UsageError
from benchkit.results.atomic import write_atomically
from benchkit.runner.viewing import CHUNK, Seen


def check_view_file(path: Path) -> None:
    """Refuse a file of another kind.

    Raises:
        UsageError: it ends in none of ``.csv``, ``.npz`` and ``.txt``.
    """
    if path.suffix.lower() not in _WRITERS:
        raise UsageError(f"{path}: got a file that ends in {path.suffix!r}; expected {', '.join(_WRITERS)}.")


def write_view(seen: Seen, path: Path) -> tuple[int, ...]:
    """Write what a view shows of each image, one row an image; return the shape of a row.

    - ``.csv``: no header, numbers that read back as the same float32.
    - ``.npz``: ``images`` and ``labels`` where the view shows images from 0 to 1; else ``rows`` and ``labels``.
    - ``.txt``: ``label ** p0 p1 …``, where the view shows the images as they are.

    Anomalies have no labels: ``.npz`` lacks them, and the text form cannot be written.

    Raises:
        PluginError: the view did something wrong.
        Unsupported: the view cannot do it.
        UsageError: as ``check_view_file``, or the view shows something that the format has no place for.
        StoreError: the file cannot be written.
    """
    check_view_file(path)
    return _WRITERS[path.suffix.lower()](seen, path)


def write_labels(seen: Seen, path: Path) -> None:
    """Write the label of each image, one a line.

    Raises:
        UsageError: there are none: anomalies have no labels.
        StoreError: the file cannot be written.
    """
    if seen.labels is None:
        raise UsageError("--labels: got anomalies, which have no labels; expected a split. Leave it out.")
    text = "".join(f"{label}\n" for label in seen.labels.tolist())
    write_atomically(path, lambda file: file.write(text.encode()))


def _write_csv(seen: Seen, path: Path) -> tuple[int, ...]:
    shapes: list[tuple[int, ...]] = []

    def write(file: IO[bytes]) -> None:
        for rows in seen.rows:
            shapes.append(rows.shape[1:])
            lines = (",".join(map(str, row)) + "\n" for row in rows.reshape(len(rows), -1))
            file.write("".join(lines).encode())

    write_atomically(path, write)
    return shapes[0]


def _write_npz(seen: Seen, path: Path) -> tuple[int, ...]:
    rows = np.concatenate(list(seen.rows))
    named: dict[str, Any] = {"images" if _are_images(rows) else "rows": rows}
    if seen.labels is not None:
        named["labels"] = seen.labels
    write_atomically(path, lambda file: np.savez_compressed(file, **named))
    return rows.shape[1:]


def _are_images(rows: NDArray[np.float32]) -> bool:
    """Return whether rows are grey images that a data set could have."""
    return rows.ndim == 4 and rows.shape[1] == 1 and bool(rows.min() >= 0 and rows.max() <= 1)


def _write_text(seen: Seen, path: Path) -> tuple[int, ...]:
    if seen.labels is None:
        raise UsageError(f"{path}: got anomalies, which have no label; expected a split. Write them to an .npz file.")
    parts = []
    for rows, images in zip(seen.rows, seen.images.chunks(CHUNK), strict=True):
        if rows.shape != images.shape or not np.array_equal(rows, images.cpu().numpy()):
            raise UsageError(
                f"{path}: got the view {seen.view!r}, which shows something else than the images; the text form holds "
                "8-bit pixels. Write a .csv or an .npz file."
            )
        parts.append(to_levels(torch.from_numpy(rows)))
    write_text(path, LabelledImages(torch.cat(parts), torch.from_numpy(seen.labels)))
    return tuple(parts[0].shape[1:])


_WRITERS: dict[str, Callable[[Seen, Path], tuple[int, ...]]] = {
    ".csv": _write_csv,
    ".npz": _write_npz,
    ".txt": _write_text,
}
