"""JSON for scripts: everything that was found."""

from __future__ import annotations

import json

from benchkit.compare.comparison import Comparison


def render(comparison: Comparison) -> str:
    """Return the comparison as one JSON document; all of it is ASCII."""
    return json.dumps(comparison.to_dict(), indent=2, allow_nan=False) + "\n"
