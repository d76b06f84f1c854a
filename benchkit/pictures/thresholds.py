"""Lines where the decision is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchkit.display import Piece
from benchkit.pictures.naming import written

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_limits(panel: Axes, piece: Piece, *, upright: bool) -> list[Any]:
    """Draw a line at each threshold that there is.

    Args:
        panel: to draw into.
        piece: whose thresholds.
        upright: scores lie on the x axis.

    Returns:
        The lines, each with a label.
    """
    draw = panel.axvline if upright else panel.axhline
    dashes = ((0, (1, 1.2)), (0, (5, 2)))
    limits, policy = piece.limits, written(piece.row["threshold_policy"])
    names = ("lower threshold", "threshold" if limits[0] is None else "upper threshold")
    return [
        draw(limit, color="black", linewidth=1.1, linestyle=dash, label=f"{name} ({policy})")
        for limit, dash, name in zip(limits, dashes, names, strict=True)
        if limit is not None
    ]
