"""A number of a detector over time: runs in their order, only what can be compared in one series."""

from __future__ import annotations

from benchkit.history.formats import FORMATS, render
from benchkit.history.gathering import history
from benchkit.history.plot import check_plot, draw
from benchkit.history.reading import RunsInTime, read_runs
from benchkit.history.series import Change, History, Point, Series

__all__ = [
    "FORMATS",
    "Change",
    "History",
    "Point",
    "RunsInTime",
    "Series",
    "check_plot",
    "draw",
    "history",
    "read_runs",
    "render",
]
