"""Where things stand: a legend that covers nothing, panels beside each other, how many there may be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from benchkit.errors import UsageError
from benchkit.pictures.naming import folded, width_of
from benchkit.pictures.style import canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDE_ENOUGH = 12.0
_SHARE_BESIDE = 0.46
LEGEND_SIZE = 7.5
_LEGEND_LINE, _HANDLE = 0.42, 1.35
_NARROWEST_PANEL, _LOWEST_PANEL, _LABEL = 4.5, 3.6, 1.3
_BESIDE_PANEL, _BELOW_PANEL, _TITLE_LINE, _AROUND_PANELS = 1.3, 0.9, 0.4, 2.2


def check_number(pieces: Sequence[Any], *, who: str, what: str, most: int) -> None:
    """Refuse to draw nothing, and more than can be told apart.

    Raises:
        UsageError: says how many there are, and how to choose.
    """
    if not pieces:
        raise UsageError(
            f"{who}: got no {what} to draw: no measured cell is all of what was asked for; expected 1 to "
            f"{most}. Look at what there is: benchkit table; then choose with -d, -a and --seed."
        )
    if len(pieces) > most:
        raise UsageError(
            f"{who}: got {len(pieces)} of them: {what}; expected {most} at most, or nobody could tell them "
            "apart. Choose with -d, -a and --seed."
        )


def is_wide(width: float) -> bool:
    """Say whether a legend has room beside the axes, rather than below."""
    return width >= _WIDE_ENOUGH


def fitted(labels: Sequence[str], width: float, *, beside: bool) -> list[str]:
    """Return a legend's labels on as many lines as they need: beside the axes it may take half of ``width``."""
    room = (width * _SHARE_BESIDE if beside else width - 0.5) - legend_width([""])
    return [folded(label, room, LEGEND_SIZE) for label in labels]


def legend_width(labels: Sequence[str]) -> float:
    """Return what a legend in one column takes, in centimetres."""
    return width_of(max(len(line) for label in labels for line in label.split("\n")), LEGEND_SIZE) + _HANDLE


def legend_height(labels: Sequence[str], width: float) -> float:
    """Return what a legend below the axes takes, in centimetres, its title included."""
    columns, lines = columns_of(labels, width), [label.count("\n") + 1 for label in labels]
    rows = sum(lines) if columns == 1 else math.ceil(len(labels) / columns) * max(lines)
    return (rows + 1.5) * _LEGEND_LINE


def column_height(labels: Sequence[str]) -> float:
    """Return what a legend in one column takes, in centimetres, its title and a line of chance included."""
    return (sum(label.count("\n") + 1 for label in labels) + 2.5) * _LEGEND_LINE


def columns_of(labels: Sequence[str], width: float) -> int:
    """Return how many columns of a legend go into ``width`` centimetres."""
    sizes = [legend_width([label]) for label in labels]
    return len(labels) if sum(sizes) <= width else max(1, int(width / max(sizes)))


def legend(figure: Figure, handles: Sequence[Any], labels: Sequence[str], *, beside: bool) -> None:
    """Write a legend outside the axes, in as many columns as go into the picture."""
    width = float(figure.get_size_inches()[0]) * 2.54
    labels = fitted(labels, width, beside=beside)
    if beside:
        figure.legend(handles, labels, loc="outside right upper")
    else:
        figure.legend(handles, labels, loc="outside lower center", ncols=columns_of(labels, width))


def panels(
    titles: Sequence[str], *, width: float, shape: float, title: str, axes: tuple[str, str] = ("", "")
) -> tuple[Figure, list[Axes]]:
    """Return a figure with panels in reading order, each under its title.

    Args:
        titles: of 1 to ``MOST_PANELS`` panels.
        width: of the figure in centimetres.
        shape: height of a panel as a share of its width.
        title: what all panels have in common.
        axes: what x and y are in all of them: written at the lowest of each column and the first of each row.
    """
    number = len(titles)
    wanted = 1 if number == 1 else 2 if number <= 4 else 3
    across = max(1, min(wanted, int(width / _NARROWEST_PANEL)))
    down = math.ceil(number / across)
    side = width / across - _BESIDE_PANEL
    size = 8.5 if across == 1 else 7.5
    folds = [folded(each, side, size) for each in titles]
    above = _TITLE_LINE * (max(fold.count("\n") for fold in folds) + 1)
    figure = canvas(width, down * (max(side * shape, _LOWEST_PANEL) + above + _BELOW_PANEL) + _AROUND_PANELS)
    found = list(figure.subplots(down, across, squeeze=False).flatten())
    for panel, fold in zip(found, folds, strict=False):
        panel.set_title(fold, fontsize=size)
        panel.locator_params(axis="x", nbins=max(3, int(side / _LABEL)))
    for unused in found[number:]:
        unused.set_axis_off()
    figure.suptitle(folded(title, width - 0.5, 9), x=0.02, ha="left", fontsize=9)
    for place, panel in enumerate(found[:number]):
        panel.set_xlabel(axes[0] if place + across >= number else "")
        panel.set_ylabel(axes[1] if place % across == 0 else "")
    return figure, found[:number]


def legend_of(figure: Figure, handles: Sequence[Any]) -> None:
    """Write one legend for all panels: the same label is the same thing in each."""
    known = {str(handle.get_label()): handle for handle in handles}
    legend(figure, list(known.values()), list(known), beside=False)
