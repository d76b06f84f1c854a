"""Names beside points, each where it covers no point and no other name, as far as there is such a place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

Line = tuple[tuple[float, float], tuple[float, float]]

_MARK, _LINE = 5.0, 1.5
_RINGS = (7.0, 13.0, 20.0, 28.0, 38.0, 50.0)
_ANGLES = tuple(range(0, 360, 30))


def annotate(
    figure: Figure, panel: Axes, points: Sequence[tuple[float, float, str]], lines: Sequence[Line] = ()
) -> None:
    """Write each point's name near it; a thin line leads to one that stands farther off.

    Args:
        figure: laid out here for good: nothing may be added to it afterwards that takes room.
        panel: where the points are drawn.
        points: x, y and name.
        lines: from where to where something is drawn, upright or level, that names had better not cover.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    figure.set_layout_engine("none")
    marks = [_around(panel, x, y) for x, y, _ in points]
    taken = marks + [_between(panel, *line) for line in lines]
    for x, y, name in points:
        note = panel.annotate(
            name, (x, y), (0, 0), textcoords="offset points", fontsize=7, zorder=4,
            arrowprops={"arrowstyle": "-", "color": "0.5", "linewidth": 0.5, "shrinkA": 0, "shrinkB": 3},
        )  # fmt: skip
        taken.append(_settle(note, taken, panel, canvas))


def _settle(note: Annotation, taken: Sequence[Bbox], panel: Axes, canvas: object) -> Bbox:
    """Move a name to the place that covers least; return the place."""
    from matplotlib.text import Text

    best: tuple[float, int] | None = None
    boxes: list[tuple[Bbox, tuple[float, float, str, str]]] = []
    for place, (right, up) in enumerate(_offsets()):
        across = "left" if right > 1 else "right" if right < -1 else "center"
        along = "bottom" if up > 1 else "top" if up < -1 else "center"
        note.set(position=(right, up), horizontalalignment=across, verticalalignment=along)
        note.update_positions(canvas.get_renderer())  # type: ignore[attr-defined]
        box = Text.get_window_extent(note, canvas.get_renderer())  # type: ignore[attr-defined]
        boxes.append((box, (right, up, across, along)))
        cost = sum(_covered(box, other) for other in taken) + 10 * _outside(box, panel.bbox)
        if best is None or cost < best[0]:
            best = (cost, place)
        if not cost:
            break
    box, (right, up, across, along) = boxes[best[1] if best else 0]
    note.set(position=(right, up), horizontalalignment=across, verticalalignment=along)
    if note.arrow_patch is not None:
        note.arrow_patch.set_visible(math.hypot(right, up) > _RINGS[1])
    return box


def _offsets() -> Iterator[tuple[float, float]]:
    for ring in _RINGS:
        for angle in _ANGLES:
            yield ring * math.cos(math.radians(angle)), ring * math.sin(math.radians(angle))


def _around(panel: Axes, x: float, y: float) -> Bbox:
    from matplotlib.transforms import Bbox

    across, up = panel.transData.transform((x, y))
    return Bbox.from_extents(across - _MARK, up - _MARK, across + _MARK, up + _MARK)


def _between(panel: Axes, start: tuple[float, float], end: tuple[float, float]) -> Bbox:
    from matplotlib.transforms import Bbox

    (left, low), (right, high) = (panel.transData.transform(each) for each in (start, end))
    return Bbox.from_extents(
        min(left, right) - _LINE, min(low, high) - _LINE, max(left, right) + _LINE, max(low, high) + _LINE
    )


def _covered(one: Bbox, other: Bbox) -> float:
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return float(max(0.0, width) * max(0.0, height))


def _outside(box: Bbox, panel: Bbox) -> float:
    return float(box.width * box.height) - _covered(box, panel)
