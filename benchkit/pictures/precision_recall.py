"""Precision-recall curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from benchkit.display import Curve, Piece, precision_recall_curve
from benchkit.pictures.rates import POINTS, rates
from benchkit.pictures.style import GREY, WIDTH, in_house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@in_house_style
def precision_recall(pieces: Sequence[Piece], *, width: float = WIDTH) -> Figure:
    """Return a precision-recall curve for each piece, weighted to its prevalence, which is what guessing reaches.

    Args:
        pieces: with raw scores; 1 to ``MOST_LINES``.
        width: in centimetres.

    Raises:
        UsageError: there are none, or too many.
        StoreError: raw scores were not kept.
    """
    shares = sorted({float(piece.row["prevalence"]) for piece in pieces})

    def chance(square: Axes) -> list[Any]:
        return [square.axhline(share, color=GREY, linewidth=0.8, label=f"chance  {share:.3f}") for share in shares]

    return rates(
        pieces,
        who="plot pr",
        metric=("average_precision", "average precision"),
        curve_of=_curve,
        chance=chance,
        axes=("recall", "precision"),
        width=width,
    )


def _curve(piece: Piece) -> Curve:
    prevalence = float(piece.row["prevalence"])
    return precision_recall_curve(piece.scores["normal"], piece.scores["anomaly"], prevalence=prevalence, points=POINTS)
