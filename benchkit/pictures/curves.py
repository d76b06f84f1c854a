"""Learning curves: as the fifth experiment holds optimisers against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from benchkit.display import Piece
from benchkit.errors import UsageError
from benchkit.pictures.layout import check_number, is_wide, legend, legend_height
from benchkit.pictures.naming import folded, named
from benchkit.pictures.style import MOST_LINES, WIDTH, canvas, grid_lines, in_house_style, line_style, powers_of_ten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHAPE = 0.5


def with_losses(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces whose detector remembers its training.

    Raises:
        UsageError: there are pieces, and none has a learning curve.
        StoreError: exhibits were not kept.
    """
    found = [piece for piece in pieces if len(piece.exhibit.losses)]
    if pieces and not found:
        names = ", ".join(sorted({str(piece.row["detector"]) for piece in pieces}))
        raise UsageError(
            f"plot curves: got {names}, which remember no training; expected a detector whose scorer has `losses`, the "
            "mean loss of each epoch, as the autoencoders have. Choose another with -d."
        )
    return found


def fits(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Return the pieces by the fit that they share: one serves several anomalies and has one learning curve."""
    found: dict[object, list[Piece]] = defaultdict(list)
    for piece in pieces:
        losses = piece.exhibit.losses
        fit = (piece.run.folder, piece.row["dataset"], piece.row["detector"], piece.row["seed"], losses.tobytes())
        found[fit].append(piece)
    return list(found.values())


@in_house_style
def curves(pieces: Sequence[Piece], *, log: bool = False, width: float = WIDTH) -> Figure:
    """Return a line for each fit: the mean training loss of each epoch.

    Args:
        pieces: see ``with_losses``; of 1 to ``MOST_LINES`` fits.
        log: let the loss grow by powers of ten.
        width: in centimetres.

    Raises:
        UsageError: there are none, or too many.
        StoreError: exhibits were not kept.
    """
    shared = fits(pieces)
    check_number(shared, who="plot curves", what="learning curves, one a fit", most=MOST_LINES)
    title, labels = named([first for first, *_ in shared], [_anomalies(fit) for fit in shared])
    beside = is_wide(width)
    figure = canvas(width, width * _SHAPE if beside else width * 0.75 + legend_height(labels, width))
    panel = figure.add_subplot()
    handles = []
    for place, (first, *_) in enumerate(shared):
        losses = first.exhibit.losses
        handles += panel.plot(np.arange(1, len(losses) + 1), losses, **_style(place, len(losses)))
    _finish(panel, log=log)
    panel.set_title(folded(title, width * (0.6 if beside else 0.85)))
    legend(figure, handles, labels, beside=beside)
    return figure


def _anomalies(fit: Sequence[Piece]) -> str:
    names = list(dict.fromkeys(str(piece.row["anomaly"]) for piece in fit))
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _style(place: int, epochs: int) -> dict[str, Any]:
    style = line_style(place)
    if epochs <= 12:  # every epoch is a point that can be seen; a single one would be no line
        return {**style, "marker": style["marker"] or ".", "markevery": 1}
    return style


def _finish(panel: Axes, *, log: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    if log:
        panel.set_yscale("log")
        powers_of_ten(panel.yaxis)
    else:
        panel.set_ylim(bottom=min(0.0, panel.get_ylim()[0]))
    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    panel.set(xlabel="epoch", ylabel="mean training loss")
    grid_lines(panel)
