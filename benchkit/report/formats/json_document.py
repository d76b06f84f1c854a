"""JSON for programs: the leaderboards as they are shown, with the numbers unrounded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from benchkit.report.leaderboard import Leaderboard

DOCUMENT_VERSION = 2
"""Version of the document's shape."""


def render(leaderboards: Sequence[Leaderboard]) -> str:
    """Return ``{"version": 2, "leaderboards": […]}``; a number that is undefined is null."""
    document = {"version": DOCUMENT_VERSION, "leaderboards": [_board(board) for board in leaderboards]}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _board(board: Leaderboard) -> dict[str, Any]:
    hidden = {"arrangement", "ranking", "shown", "sweep"}  # what they show stands in the sections
    shown = {field.name: getattr(board, field.name) for field in fields(board) if field.name not in hidden}
    return {**shown, "sections": [asdict(section) for section in board.sections], "tests": _tests(board)}


def _tests(board: Leaderboard) -> dict[str, Any]:
    """Return what the groups of the ranks rest on."""
    apart = board.ranking.apart
    return {
        "blocks": apart.blocks,
        "test": apart.test,
        "statistic": apart.statistic,
        "p_value": apart.p_value,
        "posthoc": apart.posthoc,
        "critical_difference": apart.critical_difference,
    }
