"""What a plan would cost, said before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchkit.errors import BenchkitError
from benchkit.results import read_run, runs_in
from benchkit.runner.plan import Plan


@dataclass(frozen=True)
class Estimate:
    """Cost of a plan, by the times that an earlier run measured.

    Attributes:
        seconds: expected wall time of fits and view training in one process.
        source: the run that the times come from.
        unknown: detectors that it did not hold; their time is not in ``seconds``.
    """

    seconds: float
    source: str
    unknown: tuple[str, ...]


def estimate(plan: Plan, results: Path) -> Estimate | None:
    """Return the plan's cost from the latest run in ``results`` on the same data set; None without one."""
    for folder in runs_in(results):
        cells = _finished_cells(folder, plan.dataset.item.name)
        if len(cells):
            return _estimate(plan, cells, folder.name)
    return None


def _finished_cells(folder: Path, dataset: str) -> pd.DataFrame:
    """Return a run's cells of the data set that ended well; none of a run that cannot be read."""
    try:
        cells = read_run(folder).cells
    except BenchkitError:
        return pd.DataFrame()
    return cells[(cells["dataset"] == dataset) & (cells["status"] == "ok")]


def _estimate(plan: Plan, cells: pd.DataFrame, source: str) -> Estimate:
    fits = cells.groupby("detector")["fit_seconds"].median()
    known = [offer.item.name for offer in plan.detectors if offer.item.name in fits.index]
    unknown = tuple(offer.item.name for offer in plan.detectors if offer.item.name not in fits.index)
    seconds = (float(fits[known].sum()) + _view_seconds(cells, plan)) * len(plan.tasks)
    return Estimate(seconds, source, unknown)


def _view_seconds(cells: pd.DataFrame, plan: Plan) -> float:
    """Views of one object share their training: count each object once."""
    per_view = cells.groupby("view")["view_seconds"].median()
    per_object = {offer: float(per_view.get(view, 0.0)) for view, offer in plan.views.items()}
    return sum(per_object.values())
