"""JSON for programs, the numbers unrounded."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from benchkit.history.series import History, Series

DOCUMENT_VERSION = 1
"""Version of the document's shape."""


def render(history: History) -> str:
    """Return ``{"version": 1, "metric": …, "series": […], "notes": […]}``; what there is not is null."""
    document = {
        "version": DOCUMENT_VERSION,
        "metric": asdict(history.quantity),
        "series": [_series(series) for series in history.series],
        "notes": list(history.notes),
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _series(series: Series) -> dict[str, Any]:
    key = {**vars(series.key), "parts": dict(sorted(series.key.parts))}
    points = [asdict(point) for point in series.points]
    return {**key, "remark": series.remark, "marked": series.marked, "points": points}
