"""What there is to see of a run: chosen cells with their scores and exhibits, curves, histograms, the Pareto front.

Draws nothing: that is for pictures in files and for the report page, which show the same numbers.
"""

from __future__ import annotations

from benchkit.display.curves import Curve, precision_recall_curve, roc_curve
from benchkit.display.fit import NormalCurve, normal_curve
from benchkit.display.front import pareto_front
from benchkit.display.histogram import Histogram, histogram
from benchkit.display.pieces import Piece, number_of, pieces_of
from benchkit.display.tiles import ranked, sheet

__all__ = [
    "Curve",
    "Histogram",
    "NormalCurve",
    "Piece",
    "histogram",
    "normal_curve",
    "number_of",
    "pareto_front",
    "pieces_of",
    "precision_recall_curve",
    "ranked",
    "roc_curve",
    "sheet",
]
