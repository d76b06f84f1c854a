"""Scores one by one: as the second experiment shows its reconstruction errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from benchkit.display import Piece
from benchkit.pictures.layout import check_number, legend_of, panels
from benchkit.pictures.naming import named
from benchkit.pictures.style import ANOMALY, MOST_PANELS, NORMAL, WIDTH, grid_lines, in_house_style, powers_of_ten
from benchkit.pictures.thresholds import draw_limits

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FIRST = 200
"""Images of each kind, as in the second experiment."""


@in_house_style
def errors(pieces: Sequence[Piece], *, first: int = FIRST, log: bool = False, width: float = WIDTH) -> Figure:
    """Return a panel for each piece: the scores of the first normals and anomalies by index, and the thresholds.

    Args:
        pieces: with raw scores; 1 to ``MOST_PANELS``.
        first: images of each kind at most; at least 1.
        log: let the score grow by powers of ten; scores that are not positive lie below the picture.
        width: in centimetres.

    Raises:
        UsageError: there are none, or too many.
        StoreError: raw scores were not kept.
    """
    check_number(pieces, who="plot errors", what="panels, one a cell", most=MOST_PANELS)
    title, labels = named(pieces)
    titles = [f"{label}\n{_flagged(piece, first)}" for label, piece in zip(labels, pieces, strict=True)]
    figure, found = panels(titles, width=width, shape=0.5, title=title, axes=("index in its kind", "score"))
    handles: list[Any] = []
    for panel, piece in zip(found, pieces, strict=True):
        handles += _panel(panel, piece, first)
        if log:
            panel.set_yscale("log", nonpositive="mask")
            powers_of_ten(panel.yaxis)
    legend_of(figure, handles)
    return figure


def _panel(panel: Axes, piece: Piece, first: int) -> list[Any]:
    handles: list[Any] = []
    for kind, marker, colour, label in (("normal", "o", NORMAL, "normal"), ("anomaly", "x", ANOMALY, "anomalous")):
        scores = piece.scores[kind][:first]
        handles += panel.plot(
            np.arange(len(scores)), scores, marker, color=colour, markersize=2.8, markeredgewidth=0.8, label=label
        )
    handles += draw_limits(panel, piece, upright=False)
    grid_lines(panel)
    return handles


def _flagged(piece: Piece, first: int) -> str:
    shown = {kind: piece.scores[kind][:first] for kind in ("normal", "anomaly")}
    flagged = {kind: int(piece.flags(scores).sum()) for kind, scores in shown.items()}
    return (
        f"flagged: {flagged['anomaly']} of {len(shown['anomaly'])} anomalies, "
        f"{flagged['normal']} of {len(shown['normal'])} normals"
    )
