"""Scored images as files: CSV, one line an image, or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from benchkit.errors import UsageError
from benchkit.report.scoring import Scoring
from benchkit.results.atomic import write_atomically


def check_scoring_file(path: Path) -> None:
    """Refuse a file of another kind.

    Raises:
        UsageError: it ends in neither ``.csv`` nor ``.json``.
    """
    if path.suffix.lower() not in _WRITERS:
        raise UsageError(f"{path}: got a file that ends in {path.suffix!r}; expected {' or '.join(_WRITERS)}.")


def write_scoring(scoring: Scoring, path: Path) -> None:
    """Write the images that are shown, in the order in which they are shown.

    Raises:
        UsageError: as ``check_scoring_file``.
        StoreError: the file cannot be written.
    """
    check_scoring_file(path)
    text = _WRITERS[path.suffix.lower()](scoring)
    content = text.encode("utf-8", errors="backslashreplace")  # a file's name may be no text
    write_atomically(path, lambda file: file.write(content))


def _as_csv(scoring: Scoring) -> str:
    text: str = scoring.table.to_csv(index=False, lineterminator="\n")
    return text


def _as_json(scoring: Scoring) -> str:
    document = {
        "dataset": scoring.dataset,
        "detector": scoring.scored.detector,
        "view": scoring.scored.view,
        "seed": scoring.seed,
        "normal_labels": None if scoring.normal_labels is None else sorted(scoring.normal_labels),
        "threshold_policy": scoring.policy,
        "n_train": scoring.scored.n_train,
        "n_calibration": len(scoring.scored.calibration),
        "images": [{key: _plain(value) for key, value in row.items()} for row in scoring.table.to_dict("records")],
        "refused": [{"file": each.file, "reason": each.reason} for each in scoring.refused],
    }
    return json.dumps(document, indent=2) + "\n"


def _plain(value: Any) -> Any:
    return None if pd.isna(value) else value


_WRITERS: dict[str, Callable[[Scoring], str]] = {".csv": _as_csv, ".json": _as_json}
