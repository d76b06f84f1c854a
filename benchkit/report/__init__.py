"""Tables and pictures made from stored cells."""

from __future__ import annotations

from benchkit.report.formats import FORMATS, check_format, render
from benchkit.report.leaderboard import Leaderboard, leaderboards
from benchkit.report.remarks import counted
from benchkit.report.shown import check_columns
from benchkit.report.sweep import sweep_of

__all__ = ["FORMATS", "Leaderboard", "check_columns", "check_format", "counted", "leaderboards", "render", "sweep_of"]
