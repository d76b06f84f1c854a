"""What a plan would cost, said before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchkit.errors import BenchkitError
from benchkit.results import latest_run, read_run
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
    try:
        run = read_run(latest_run(results))
    except BenchkitError:
        return None
    cells = run.cells[(run.cells["dataset"] == plan.dataset.item.name) & (run.cells["status"] == "ok")]
    if cells.empty:
        return None
    fits = cells.groupby("detector")["fit_seconds"].median()
    known = [offer.item.name for offer in plan.detectors if offer.item.name in fits.index]
    unknown = tuple(offer.item.name for offer in plan.detectors if offer.item.name not in fits.index)
    seconds = (float(fits[known].sum()) + _view_seconds(cells, plan)) * len(plan.tasks)
    return Estimate(seconds, run.folder.name, unknown)


def _view_seconds(cells: pd.DataFrame, plan: Plan) -> float:
    """Views of one object share their training: count each object once."""
    per_view = cells.groupby("view")["view_seconds"].median()
    per_object = {offer: float(per_view.get(view, 0.0)) for view, offer in plan.views.items()}
    return sum(per_object.values())
