"""Cells and manifests as JSON bytes."""

from __future__ import annotations

import json

from benchkit.errors import StoreError
from benchkit.results.cell import CELL_FIELDS, Cell


def encode_cell(cell: Cell) -> bytes:
    """Return the cell as one line with its line break.

    Raises:
        StoreError: a number is not finite, or a value is not JSON; names the cell.
    """
    # Cells are flat: dataclasses.asdict would spend three times as long on deep copies as the JSON takes.
    record = {name: getattr(cell, name) for name in CELL_FIELDS}
    what = f"cell ({cell.dataset}, {cell.detector}, {cell.anomaly}, seed {cell.seed})"
    return encode(record, what=what) + b"\n"


def encode(value: object, *, what: str, indent: int | None = None) -> bytes:
    """Return ``value`` as JSON in UTF-8; half a surrogate pair becomes a question mark.

    Raises:
        StoreError: ``value`` is not JSON, NaN and infinity included; says ``what`` it was.
    """
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, indent=indent)
    except (TypeError, ValueError, RecursionError) as error:
        raise StoreError(
            f"results: {what} cannot be written as JSON: {error}. Expected text, finite numbers, true, false, null, "
            "and lists and objects of them; an undefined number is null."
        ) from error
    # A reason may quote a file name that is not Unicode; it must not cost the cell.
    return text.encode("utf-8", errors="replace")
