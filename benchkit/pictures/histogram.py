"""Histograms of normal and anomalous scores, with the thresholds between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from benchkit.display import Histogram, Piece, histogram, normal_curve
from benchkit.errors import UsageError
from benchkit.pictures.layout import check_number, legend_of, panels
from benchkit.pictures.naming import named, share_text
from benchkit.pictures.style import ANOMALY, MOST_PANELS, NORMAL, WIDTH, in_house_style, powers_of_ten
from benchkit.pictures.thresholds import draw_limits

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LARGEST = 1e300

FEWEST_BINS, MOST_BINS = 12, 60

SMOOTH = 4
"""Points of a normal curve for each bin."""


@in_house_style
def histograms(pieces: Sequence[Piece], *, curve: bool = False, log: bool = False, width: float = WIDTH) -> Figure:
    """Return a panel for each piece: the shares of both kinds in the same bins, the thresholds, how good they are.

    Args:
        pieces: with raw scores; 1 to ``MOST_PANELS``.
        curve: draw what a normal distribution of the normals' mean and deviation expects in each bin.
        log: let the height grow by powers of ten.
        width: in centimetres.

    Raises:
        UsageError: there are none, or too many.
        StoreError: raw scores were not kept.
    """
    check_number(pieces, who="plot histogram", what="panels, one a cell", most=MOST_PANELS)
    title, labels = named(pieces)
    binned = list(map(_binned, pieces))
    titles = [_title(*each) for each in zip(labels, pieces, binned, strict=True)]
    figure, found = panels(titles, width=width, shape=0.6, title=title, axes=("score", "share of its kind"))
    handles: list[Any] = []
    for panel, piece, both in zip(found, pieces, binned, strict=True):
        handles += _panel(panel, piece, both, curve=curve)
        if log:
            _by_powers(panel, both)
    legend_of(figure, handles)
    return figure


def _panel(panel: Axes, piece: Piece, both: Histogram, *, curve: bool) -> list[Any]:
    if np.abs(both.edges).max() > _LARGEST:
        raise UsageError(
            f"plot histogram: got scores of {piece.name} up to {np.abs(both.edges).max():.3g}; expected them below "
            f"{_LARGEST:g}, as an axis overflows above. Leave it out with -d or -a."
        )
    handles: list[Any] = [
        panel.stairs(both.normal, both.edges, fill=True, color=NORMAL, alpha=0.55, label="normal"),
        panel.stairs(
            both.anomaly, both.edges, fill=False, edgecolor=ANOMALY, linewidth=1.1, hatch="/////", label="anomalous"
        ),
    ]
    if curve:
        fitted = normal_curve(piece.scores["normal"])
        half = (both.edges[1] - both.edges[0]) / 2
        middles = np.linspace(both.edges[0] + half, both.edges[-1] - half, SMOOTH * (len(both.normal) - 1) + 1)
        shares = [fitted.shares(np.array([middle - half, middle + half]))[0] for middle in middles]
        handles += panel.plot(middles, shares, color="black", linewidth=1.2, label="normal curve of the normals")
    handles += draw_limits(panel, piece, upright=True)
    panel.set_xlim(both.edges[0], both.edges[-1])
    return handles


def _binned(piece: Piece) -> Histogram:
    """Return the histograms, with fewer bins where there are few scores: nobody sees a shape in single images."""
    normal, anomaly = (piece.scores[kind] for kind in ("normal", "anomaly"))
    bins = int(np.clip(2 * np.sqrt(min(len(normal), len(anomaly))), FEWEST_BINS, MOST_BINS))
    return histogram(normal, anomaly, limits=piece.limits, bins=bins)


def _by_powers(panel: Axes, both: Histogram) -> None:
    shares = np.concatenate([both.normal, both.anomaly])
    panel.set_yscale("log", nonpositive="clip")
    panel.set_ylim(bottom=float(shares[shares > 0].min()) / 2)  # where a normal curve would go on for ever
    powers_of_ten(panel.yaxis)


def _title(label: str, piece: Piece, both: Histogram) -> str:
    beyond = 100 * both.beyond
    ends = f"\n{beyond:.2g} % beyond, in the outer bins" if beyond else ""
    return f"{label}\naccuracy {share_text(piece.row['accuracy'])}, recall {share_text(piece.row['recall'])}{ends}"
