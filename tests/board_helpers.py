"""Leaderboards made of a few numbers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from benchkit.report import Leaderboard, leaderboards
from benchkit.report.sections import Section
from benchkit.results import Cell, StoredRun, to_frame


def board_cell(detector: str = "one", anomaly: str = "noise-1", seed: int = 0, **changes: Any) -> Cell:
    """Return a cell that ended well, on one CPU, under one protocol, with an AUROC of 0.5 ± 0.01."""
    values = {
        "dataset": "digits", "view": "pixels", "status": "ok", "auroc": 0.5, "precision": 0.5, "settings": "s",
        "protocol": f"base-{anomaly}", "device": "cpu", "device_name": "Chip", "threads": 2, "batch_size": 64,
        "threshold_policy": "quantile:0.95", "prevalence": 0.5,
    }  # fmt: skip
    values.update({"detector": detector, "anomaly": anomaly, "seed": seed, **changes})
    if values["auroc"] is not None:
        values = {"auroc_low": values["auroc"] - 0.01, "auroc_high": values["auroc"] + 0.01, **values}
    return Cell(**values)


def board_of(cells: Iterable[Cell], **options: Any) -> Leaderboard:
    """Return the only leaderboard of a run of these cells."""
    (board,) = leaderboards([StoredRun(Path("results/run"), {}, to_frame(one.to_dict() for one in cells))], **options)
    return board


def matrix_board(values: ArrayLike, **options: Any) -> Leaderboard:
    """Return the leaderboard of AUROCs, anomalies × detectors, named ``d0``, ``d1`` and so on."""
    array = np.asarray(values, float)
    each = [
        board_cell(f"d{detector}", f"noise-{anomaly}", auroc=float(value))
        for (anomaly, detector), value in np.ndenumerate(array)
    ]
    return board_of(each, **options)


def section_of(board: Leaderboard, name: str) -> Section:
    """Return the section of that name."""
    return next(section for section in board.sections if section.name == name)


def texts_of(board: Leaderboard, name: str) -> dict[str, list[str]]:
    """Return what a section shows: detector → texts with their intervals, and a star for the best."""
    return {
        row.label: [f"{entry.text}{'*' * entry.best} {entry.interval}".strip() for entry in row.entries]
        for row in section_of(board, name).rows
    }
