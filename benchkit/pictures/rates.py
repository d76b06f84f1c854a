"""What ROC and precision-recall curves share: square axes from 0 to 1, a line a cell, the numbers in the legend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchkit.display import Curve, Piece
from benchkit.pictures.layout import (
    check_number,
    column_height,
    columns_of,
    fitted,
    is_wide,
    legend_height,
    legend_width,
)
from benchkit.pictures.naming import folded, named, with_interval
from benchkit.pictures.style import MOST_LINES, canvas, grid_lines, line_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POINTS = 600
"""Of a line at most: a vector picture may be looked at closely."""

_LEFT, _RIGHT, _BOTTOM = 1.3, 0.4, 1.1


def rates(
    pieces: Sequence[Piece],
    *,
    who: str,
    metric: tuple[str, str],
    curve_of: Callable[[Piece], Curve],
    chance: Callable[[Axes], list[Any]],
    axes: tuple[str, str],
    width: float,
) -> Figure:
    """Return one line for each piece.

    Args:
        pieces: 1 to ``MOST_LINES``.
        who: for messages.
        metric: field of the number in the legend, and what it is called.
        curve_of: the line.
        chance: draws what guessing would reach; returns the lines, which have labels.
        axes: what x and y are.
        width: in centimetres.
    """
    check_number(pieces, who=who, what="lines, one a cell", most=MOST_LINES)
    title, names = named(pieces)
    labels = [f"{name}  {with_interval(piece.row, metric[0])}" for name, piece in zip(names, pieces, strict=True)]
    box = _box(width, title, [*labels, "chance: 0.500"])
    figure = canvas(width, box.height)
    figure.set_layout_engine("none")
    square = figure.add_axes(box.axes)
    handles = []
    for place, piece in enumerate(pieces):
        curve = curve_of(piece)
        handles += square.plot(curve.x, curve.y, zorder=3, clip_on=False, **line_style(place))
    handles += chance(square)
    square.set(xlim=(0, 1), ylim=(0, 1), xlabel=axes[0], ylabel=axes[1])
    square.set_title(box.title)
    grid_lines(square)
    labels += [str(line.get_label()) for line in handles[len(labels) :]]
    _legend(figure, box, handles, fitted(labels, width, beside=box.beside), f"{metric[1]}, 95 % interval")
    return figure


@dataclass(frozen=True)
class _Box:
    """Where everything stands, in centimetres: a square and a legend together are nothing for a layout engine."""

    width: float
    height: float
    side: float
    bottom: float
    title: str
    beside: bool

    @property
    def axes(self) -> tuple[float, float, float, float]:
        return (_LEFT / self.width, self.bottom / self.height, self.side / self.width, self.side / self.height)


def _box(width: float, title: str, labels: Sequence[str]) -> _Box:
    beside = is_wide(width)
    labels = fitted(labels, width, beside=beside)
    room = width - _LEFT - _RIGHT
    side = min(room - legend_width(labels) - _RIGHT, 0.52 * width) if beside else min(room, 14.0)
    title = folded(title, side)
    # Beside the square, the legend hangs from its upper edge, and may be longer.
    below = max(0.0, column_height(labels) - side - _BOTTOM) if beside else legend_height(labels, width)
    height = below + _BOTTOM + side + 0.3 + 0.42 * (title.count("\n") + 1)
    return _Box(width, height, side, below + _BOTTOM, title, beside)


def _legend(figure: Figure, box: _Box, handles: Sequence[Any], labels: Sequence[str], title: str) -> None:
    top = (box.bottom + box.side) / box.height
    columns = 1 if box.beside else columns_of(labels, box.width)
    where: dict[str, Any] = (
        {"loc": "upper left", "bbox_to_anchor": ((_LEFT + box.side + _RIGHT) / box.width, top)}
        if box.beside
        else {"loc": "lower center", "bbox_to_anchor": (0.5, 0.0)}
    )
    figure.legend(handles, labels, title=title, alignment="left", ncols=columns, borderaxespad=0.3, **where)
