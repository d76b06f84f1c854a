"""The good, the bad and the ugly: a cell's images by rank, reconstruction above original."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchkit.display import Piece, ranked, sheet
from benchkit.display.tiles import Rank
from benchkit.pictures.layout import check_number
from benchkit.pictures.naming import folded, named
from benchkit.pictures.style import WIDTH, WRONG, canvas, in_house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from benchkit.results import Shown

MOST_IMAGES = 12
"""Of a rank: as the fifth experiment shows, and as a run keeps."""

_NARROWEST = 1.25  # centimetres that the words below an image need
_MARGIN, _HEADING, _CAPTION, _LINE = 0.3, 0.62, 0.72, 0.42
_RANKS: tuple[tuple[Rank, str, str], ...] = (
    ("least", "least anomalous", "best reconstructed"),
    ("middle", "in the middle", "in the middle"),
    ("most", "most anomalous", "worst reconstructed"),
)


@dataclass(frozen=True)
class Strip:
    """One rank of one kind.

    Attributes:
        heading: what is seen.
        rows: what stands below each other, each uint8 k×C×H×W: reconstructions, if there are any, then the images.
        captions: k: score, class and place.
        wrong: bool, k: decided wrongly.
    """

    heading: str
    rows: tuple[NDArray[np.uint8], ...]
    captions: tuple[str, ...]
    wrong: NDArray[np.bool_]


@in_house_style
def gallery(pieces: Sequence[Piece], *, images: int | None = None, width: float = WIDTH) -> Figure:
    """Return the least anomalous images of each kind, those in the middle and the most; the wrongly decided framed.

    Args:
        pieces: one, with its exhibit and raw scores.
        images: of each rank, 1 to ``MOST_IMAGES``; by default as many as have room.
        width: in centimetres.

    Raises:
        UsageError: there are none, or more than one.
        StoreError: raw scores or exhibits were not kept.
    """
    check_number(pieces, who="plot gallery", what="galleries, one a cell", most=1)
    (piece,) = pieces
    room = max(1, min(MOST_IMAGES, int((width - 2 * _MARGIN) / _NARROWEST)))
    found = strips(piece, images or room)
    across = max(len(strip.captions) for strip in found)
    return _laid_out(piece, found, across, width)


def strips(piece: Piece, images: int) -> list[Strip]:
    """Return what a gallery shows, row by row: the ranks of the normals, then those of the anomalies.

    Args:
        piece: with its exhibit and raw scores.
        images: of each rank at most; fewer where ranks would share images.
    """
    found = []
    for kind, shown in (("normal", piece.exhibit.normal), ("anomaly", piece.exhibit.anomaly)):
        count = min(images, max(1, len(shown.index) // len(_RANKS)))
        found += [_strip(piece, kind, shown, rank, count) for rank in _RANKS if len(shown.index)]
    return found


def _strip(piece: Piece, kind: str, shown: Shown, rank: tuple[Rank, str, str], count: int) -> Strip:
    chosen = ranked(shown, rank[0], count)
    scores = piece.scores[kind][shown.index[chosen]]
    wrong = piece.flags(scores) == (kind == "normal")
    pairs = len(shown.reconstructions) > 0
    rows = (shown.reconstructions[chosen], shown.images[chosen]) if pairs else (shown.images[chosen],)
    who = "Normal" if kind == "normal" else "Anomalous"
    heading = f"{who}, {rank[2] if pairs else rank[1]}{_marked(kind, int(wrong.sum()))}"
    captions = tuple(
        f"{score:.3g}\n{_known_by(label, place)}"
        for score, label, place in zip(scores, shown.labels[chosen], shown.place[chosen], strict=True)
    )
    return Strip(heading, rows, captions, wrong)


def _marked(kind: str, number: int) -> str:
    if not number:
        return ""
    one, more = ("false alarm", "false alarms") if kind == "normal" else ("miss", "misses")
    return f" (framed: {number} {one if number == 1 else more})"


def _known_by(label: int, place: int) -> str:
    return f"#{place}" if label < 0 else f"{label} · #{place}"


def _laid_out(piece: Piece, found: Sequence[Strip], across: int, width: float) -> Figure:
    """Return the figure: every size is known, so nothing is left to a layout engine."""
    title = folded(_title(piece, found), width - 2 * _MARGIN, 9)
    inner = width - 2 * _MARGIN
    heights = [_height(strip, across, inner) for strip in found]
    top = _MARGIN + _LINE * (title.count("\n") + 1)
    height = top + sum(heights) + (_HEADING + _CAPTION) * len(found) + _MARGIN
    figure = canvas(width, height)
    figure.set_layout_engine("none")
    figure.text(_MARGIN / width, 1 - _MARGIN / height, title, fontsize=9, va="top")
    down = top
    for strip, own in zip(found, heights, strict=True):
        down += _HEADING + own
        panel = figure.add_axes((_MARGIN / width, 1 - down / height, inner / width, own / height))
        _draw(panel, strip, across)
        down += _CAPTION
    return figure


def _title(piece: Piece, found: Sequence[Strip]) -> str:
    title, (detector,) = named([piece])
    pairs = any(len(strip.rows) > 1 for strip in found)
    order = "reconstruction above original; " if pairs else ""
    return f"{detector}: {title}\n{order}below: score, class where it is known, place"


def _height(strip: Strip, across: int, inner: float) -> float:
    _, _, high, wide = strip.rows[0].shape
    return float(inner * len(strip.rows) * (high + 1) / (across * (wide + 1)))


def _draw(panel: Axes, strip: Strip, across: int) -> None:
    from matplotlib.patches import Rectangle

    _, _, high, wide = strip.rows[0].shape
    page = sheet(strip.rows)
    bottom, right = len(strip.rows) * (high + 1), across * (wide + 1)
    panel.imshow(page, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    panel.set(xlim=(-1, right - 0.5), ylim=(bottom - 1, -1))
    panel.set_axis_off()
    panel.set_aspect("auto")
    panel.set_title(strip.heading, fontsize=8, pad=2)
    for place, (caption, wrong) in enumerate(zip(strip.captions, strip.wrong, strict=True)):
        left = place * (wide + 1)
        colour = WRONG if wrong else "black"
        panel.annotate(
            caption, (left + wide / 2 - 0.5, bottom - 1), (0, -2), textcoords="offset points", ha="center", va="top",
            fontsize=6, color=colour, annotation_clip=False,
        )  # fmt: skip
        if wrong:
            frame = Rectangle(
                (left - 0.75, -0.75), wide + 0.5, bottom - 0.5, fill=False, edgecolor=WRONG, linewidth=1.6,
                clip_on=False,
            )  # fmt: skip
            panel.add_patch(frame)
