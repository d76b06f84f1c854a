"""ROC curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from benchkit.display import Curve, Piece, roc_curve
from benchkit.pictures.rates import POINTS, rates
from benchkit.pictures.style import GREY, WIDTH, in_house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@in_house_style
def roc(pieces: Sequence[Piece], *, width: float = WIDTH) -> Figure:
    """Return a ROC curve for each piece, its AUROC with the interval in the legend, and the line of chance.

    Args:
        pieces: with raw scores; 1 to ``MOST_LINES``.
        width: in centimetres.

    Raises:
        UsageError: there are none, or too many.
        StoreError: raw scores were not kept.
    """
    axes = ("false-positive rate", "true-positive rate")
    return rates(
        pieces, who="plot roc", metric=("auroc", "AUROC"), curve_of=_curve, chance=_chance, axes=axes, width=width
    )


def _curve(piece: Piece) -> Curve:
    return roc_curve(piece.scores["normal"], piece.scores["anomaly"], points=POINTS)


def _chance(square: Axes) -> list[Any]:
    return square.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, label="chance  0.500")
