"""Stored runs for the tests of the history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchkit.history import History, Series, history, read_runs
from benchkit.results import Cell, RunStore


def cell(detector: str = "alpha", anomaly: str = "dark", value: float | None = 0.8, **changes: Any) -> Cell:
    """Return a cell with an AUROC of ``value`` and an interval of ± 0.01 around it; one that failed without a value."""
    numbers = {} if value is None else {"auroc": value, "auroc_low": value - 0.01, "auroc_high": value + 0.01}
    fields = {
        "dataset": "toy", "view": "toy-pixels", "seed": 0, "status": "ok" if numbers else "failed",
        "protocol": f"base-{anomaly}", "settings": "s1", "distribution": "acme 1.0", "device": "cpu",
        "device_name": "Chip", "threads": 1, "batch_size": 8, "images_per_second": 100.0, "timing_lane": "exclusive",
    }  # fmt: skip
    return Cell(**{**fields, **numbers, "detector": detector, "anomaly": anomaly, **changes})


def write_run(results: Path, name: str, *cells: Cell, day: int = 1, **manifest: Any) -> Path:
    """Store a finished run that began on that day of March; return its folder."""
    values = {
        "state": "finished",
        "started": f"2026-03-{day:02d}T12:00:00+00:00",
        "git": {"commit": f"{day:040x}", "dirty": False},
        "hardware": {"cores": 2},
    }
    with RunStore.create(results, name, {}) as store:
        store.append(*cells)
        store.update(**{**values, **manifest})
        return store.folder


def write_series(results: Path, *values: float | None, detector: str = "alpha") -> None:
    """Store a run a day, each with one cell."""
    for day, value in enumerate(values, start=1):
        write_run(results, f"run-{day:02d}", cell(detector, value=value), day=day)


def follow(results: Path, **choice: Any) -> History:
    """Return the history of the runs in a folder."""
    return history(read_runs([results]), **choice)


def runs_of(series: Series) -> list[str]:
    """Return the names of a series' runs."""
    return [point.run for point in series.points]
