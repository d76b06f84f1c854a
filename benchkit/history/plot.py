"""A picture of a history: one panel a series, intervals as error bars, change points marked."""

from __future__ import annotations

import importlib.util
import math
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchkit.errors import UsageError
from benchkit.history.panel import draw_panel
from benchkit.history.series import History, Series
from benchkit.report.formats.parts import one_line
from benchkit.results.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".svg", ".png", ".pdf")
"""Formats of pictures, as the ending of the file says."""

MOST_PANELS = 48
"""Of one picture."""

_WIDE, _NARROW = 9.0, 5.2
_HEIGHT = 3.1
_INCHES_OF_A_LABEL = 0.6
_DOTS_PER_INCH = 150


def check_plot(path: Path) -> None:
    """Refuse a picture that could not be drawn; asked before the runs are read.

    Raises:
        UsageError: the ending is of no known format, or matplotlib is not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"history: got the picture {str(path)!r}; expected a file whose name ends with {', '.join(SUFFIXES)}."
        )
    if importlib.util.find_spec("matplotlib") is None:
        raise UsageError(
            "history: got --plot where matplotlib is not installed; expected the extra figures. Install it with: "
            "pip install 'benchkit[figures]', or leave --plot out."
        )


def draw(history: History, path: Path) -> None:
    """Draw a history to a file.

    Args:
        history: with at least one series.
        path: ends with one of ``SUFFIXES``; a file that is there is replaced. The same history makes the same bytes.

    Raises:
        UsageError: as ``check_plot``; or there is no series, or more than ``MOST_PANELS``.
        StoreError: the file cannot be written.
    """
    check_plot(path)
    number = len(history.series)
    if not 1 <= number <= MOST_PANELS:
        raise UsageError(
            f"history: got {number} series to plot; expected 1 to {MOST_PANELS}, or nobody could read the picture. "
            "Choose with --detector and --anomaly."
        )
    import matplotlib

    form = path.suffix.lower().removeprefix(".")
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form)
    with matplotlib.rc_context({"svg.hashsalt": "benchkit"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a name in letters that the font lacks is no reason to fail
        picture = figure(history)
        write_atomically(path, lambda file: picture.savefig(file, format=form, dpi=_DOTS_PER_INCH, metadata=undated))


def figure(history: History) -> Figure:
    """Return the picture: panels in reading order, as many beside each other as can be read."""
    from matplotlib.figure import Figure

    number = len(history.series)
    across = min(number, 1 if number == 1 else 2 if number <= 4 else 3)
    width = _WIDE if across == 1 else _NARROW
    down = math.ceil(number / across)
    picture = Figure(figsize=(across * width, down * _HEIGHT + 0.4), layout="constrained")
    panels = picture.subplots(down, across, squeeze=False).flatten()
    for panel, series in zip(panels, history.series, strict=False):
        draw_panel(panel, series, history.quantity, labels=int(width / _INCHES_OF_A_LABEL))
    for panel in panels[number:]:
        panel.set_axis_off()
    picture.suptitle(_heading(history.series, history.quantity.title), fontsize=11, parse_math=False)
    return picture


def _heading(series: Sequence[Series], title: str) -> str:
    intervals = any(point.low is not None for each in series for point in each.points)
    changes = any(point.change is not None for each in series for point in each.points)
    parts = [
        title,
        *(["bars: 95 % intervals"] if intervals else []),
        *(["dashed: change of level"] if changes else []),
    ]
    return one_line("; ".join(parts))
