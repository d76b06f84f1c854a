"""Names that become paths: run ids and score files. Nothing reaches the disk under a name that was not checked."""

from __future__ import annotations

import re
from pathlib import Path

from benchkit.contract import NAME_PATTERN
from benchkit.errors import UsageError

MANIFEST_FILE = "run.json"
CELLS_FILE = "cells.jsonl"
TIMINGS_FILE = "timings.jsonl"
SCORES_FOLDER = "scores"
EXHIBITS_FOLDER = "exhibits"
LOCK_FILE = ".lock"

_RUN_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


def check_run_id(run_id: str) -> str:
    """Return ``run_id`` unchanged if it can name a folder.

    Raises:
        UsageError: it is not 1 to 100 letters, digits, ``.``, ``_`` and ``-``, starting with none of ``.`` and ``-``.
    """
    if not _RUN_ID.fullmatch(run_id):
        raise UsageError(
            f"run id: got {run_id!r}; expected 1 to 100 letters, digits, '.', '_' and '-', beginning with a letter, "
            "a digit or '_'. Choose another run id."
        )
    return run_id


def scores_file(*, dataset: str, detector: str, anomaly: str, seed: int) -> Path:
    """Return where the raw scores of one cell lie, relative to the run's folder.

    Raises:
        UsageError: a name is not made of lower-case words joined by hyphens (a detector's may end in ``@view``).
    """
    for kind, name in (("data set", dataset), ("detector", detector), ("anomaly", anomaly)):
        if not all(NAME_PATTERN.fullmatch(part) for part in name.split("@", 1)):
            raise UsageError(
                f"scores: got the {kind} name {name!r}; expected lower-case words joined by hyphens, "
                "because the name becomes part of a file's name. Rename it in its plugin."
            )
    # A name never contains two hyphens in a row, so the parts can be told apart again.
    return Path(SCORES_FOLDER) / f"{dataset}--{detector}--{anomaly}--s{int(seed)}.npz"


def exhibit_file(scores: Path) -> Path:
    """Return where the exhibit of a cell lies, by where its scores lie; both relative to the run's folder."""
    return Path(EXHIBITS_FOLDER) / scores.name
