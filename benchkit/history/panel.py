"""One panel of the picture: the points of one series."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchkit.history import rows
from benchkit.history.quantity import Quantity
from benchkit.history.series import Point, Series
from benchkit.report.formats.parts import one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, which those who see few colours can tell apart; words say the same.
_POINT, _BETTER, _WORSE, _GREY = "#0072B2", "#009E73", "#D55E00", "#777777"

_LONGEST = 72
"""Letters of a line above a panel that stand beside the next panel's."""


def draw_panel(panel: Axes, series: Series, quantity: Quantity, *, labels: int) -> None:
    """Draw the points with their intervals, the level between two changes, and a cross where there is no number.

    Args:
        panel: to draw into.
        series: at least one point.
        quantity: what is shown.
        labels: at most so many runs are named on the axis.
    """
    points = series.points
    _draw_points(panel, points)
    _draw_gaps(panel, points)
    _draw_levels(panel, points)
    _draw_changes(panel, points, quantity)
    _label_runs(panel, points, labels)
    panel.set_xlim(-0.5, len(points) - 0.5)
    panel.margins(y=0.2)
    panel.grid(axis="y", color="#dddddd", linewidth=0.6)
    panel.ticklabel_format(axis="y", useOffset=False, style="plain")
    panel.tick_params(labelsize=7)
    panel.spines[["top", "right"]].set_visible(False)
    panel.set_title("\n".join(map(_short, _titles(series, quantity))), fontsize=8.5, loc="left", parse_math=False)


def _titles(series: Series, quantity: Quantity) -> list[str]:
    key = series.key
    first = key.detector if quantity.is_speed else f"{key.detector}, {key.column}"
    second = f"{key.dataset}, {key.machine}" if key.machine else f"{key.dataset}, {key.device}, protocol {key.protocol}"
    return [first, second]


def _draw_points(panel: Axes, points: Sequence[Point]) -> None:
    """Draw the values, joined where no run between them lacks one, and an interval where there is one."""
    nan = float("nan")
    values = [nan if point.value is None else point.value for point in points]
    panel.plot(range(len(points)), values, "o-", color=_POINT, markersize=3.5, linewidth=0.8, zorder=3)
    bars = [
        (place, point.value, point.value - point.low, point.high - point.value)
        for place, point in enumerate(points)
        if point.value is not None and point.low is not None and point.high is not None
    ]
    if bars:
        places, middles, below, above = zip(*bars, strict=True)
        # The mean over seeds of intervals on another scale can lie outside by a rounding.
        sizes = [[max(0.0, size) for size in side] for side in (below, above)]
        panel.errorbar(places, middles, sizes, fmt="none", ecolor=_POINT, elinewidth=1, capsize=2, alpha=0.8)


def _draw_gaps(panel: Axes, points: Sequence[Point]) -> None:
    for place, point in enumerate(points):
        if point.value is None:
            across = panel.get_xaxis_transform()
            panel.plot([place], [0.03], "x", color=_GREY, markersize=5, transform=across, clip_on=False)
            panel.text(
                place, 0.07, _short(point.status), color=_GREY, fontsize=6.5, rotation=90, ha="center", va="bottom",
                transform=across, parse_math=False,
            )  # fmt: skip


def _draw_levels(panel: Axes, points: Sequence[Point]) -> None:
    """Draw the mean of each stretch without a change, where there is one."""
    if not any(point.change for point in points):
        return
    starts = [0, *(place for place, point in enumerate(points) if point.change), len(points)]
    for start, end in itertools.pairwise(starts):
        values = [point.value for point in points[start:end] if point.value is not None]
        if values:
            mean = sum(values) / len(values)
            panel.hlines(mean, start - 0.5, end - 0.5, color=_GREY, linewidth=1.2, zorder=2)


def _draw_changes(panel: Axes, points: Sequence[Point], quantity: Quantity) -> None:
    for place, point in enumerate(points):
        if point.change is None:
            continue
        better = (point.change.difference > 0) == quantity.higher_is_better
        colour = _BETTER if better else _WORSE
        panel.axvline(place - 0.5, color=colour, linestyle="--", linewidth=1.2)
        word = f" {point.change.difference:+,.{quantity.digits}f} {'better' if better else 'worse'}"
        # In the half of the panel that has room for it.
        side = "left" if place < len(points) / 2 else "right"
        panel.text(
            place - 0.5, 1.0, f"{word} ", color=colour, fontsize=7.5, ha=side, va="top",
            transform=panel.get_xaxis_transform(), parse_math=False,
        )  # fmt: skip


def _label_runs(panel: Axes, points: Sequence[Point], most: int) -> None:
    """Name evenly spaced runs by date and commit, the last one among them."""
    step = -(-len(points) // most)
    places = list(range(len(points) - 1, -1, -step))[::-1]
    panel.set_xticks(places, [_name(points[place]) for place in places], rotation=40, ha="right", parse_math=False)


def _name(point: Point) -> str:
    date = rows.moment(point.started)[: len("2026-11-22")]
    return one_line(f"{date} {rows.commit(point)}" if point.commit else f"{date} {point.run}"[:24])


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
