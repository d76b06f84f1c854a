"""JSON for programs: the leaderboards as they are shown, with the numbers unrounded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from benchkit.report.leaderboard import Leaderboard

DOCUMENT_VERSION = 1
"""Version of the document's shape."""


def render(leaderboards: Sequence[Leaderboard]) -> str:
    """Return ``{"version": 1, "leaderboards": […]}``; a number that is undefined is null."""
    document = {"version": DOCUMENT_VERSION, "leaderboards": [_board(board) for board in leaderboards]}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _board(board: Leaderboard) -> dict[str, Any]:
    shown = {field.name: getattr(board, field.name) for field in fields(board) if field.name != "arrangement"}
    return {**shown, "sections": [asdict(section) for section in board.sections]}
