"""What all pictures look like: lines and markers that can be told apart without colour, sizes, text as it is."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

Asked = ParamSpec("Asked")

WIDTH = 16.0
"""Centimetres: the text of a page of A4."""

# Okabe and Ito's colours, which those who see few colours can tell apart; without the yellow, which white swallows.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
NORMAL, ANOMALY, WRONG, GREY = "#0072B2", "#D55E00", "#D55E00", "#777777"

LINES = ("solid", (0, (5, 2)), (0, (1, 1.3)), (0, (6, 1.5, 1, 1.5)))
MARKERS = ("", "o", "s", "^", "D", "v", "P")

MOST_LINES = 12
"""Lines of one picture that can be told apart."""

MOST_PANELS = 12
"""Panels of one picture that can be read."""

_CM = 1 / 2.54

_RULES: Any = {
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "svg.hashsalt": "benchkit",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,  # whole letters, which publishers ask for
    "font.size": 8.0,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8.0,
    "xtick.labelsize": 7.0,
    "ytick.labelsize": 7.0,
    "legend.fontsize": 7.5,
    "legend.title_fontsize": 7.5,
    "legend.frameon": False,
    "legend.handlelength": 3.0,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.formatter.useoffset": False,
    "axes.formatter.use_mathtext": False,
    "axes.unicode_minus": True,
    "figure.constrained_layout.w_pad": 0.08,
    "figure.constrained_layout.h_pad": 0.06,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.3,
    "lines.markersize": 3.5,
    "hatch.linewidth": 0.5,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw alike everywhere: the rules above over matplotlib's own, no settings of the user's."""
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_RULES)
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)  # a letter that the font lacks: a box
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support", category=UserWarning)
        yield


def in_house_style(draw: Callable[Asked, Figure]) -> Callable[Asked, Figure]:
    """Let a function draw by the rules of the house."""

    @functools.wraps(draw)
    def drawn(*args: Asked.args, **kwargs: Asked.kwargs) -> Figure:
        with house_style():
            return draw(*args, **kwargs)

    return drawn


def canvas(width: float, height: float) -> Figure:
    """Return an empty figure, measured in centimetres, that makes room for what is written beside its axes."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width * _CM, height * _CM), layout="constrained")


def line_style(place: int) -> dict[str, Any]:
    """Return how the n-th line is drawn: no two of ``MOST_LINES`` share both the dashes and the marker."""
    return {
        "color": COLOURS[place % len(COLOURS)],
        "linestyle": LINES[place % len(LINES)],
        "marker": MARKERS[place // len(LINES) % len(MARKERS)] or None,
        "markevery": 0.11,
    }


def powers_of_ten(axis: Axis, form: str = "g") -> None:
    """Write plain numbers on a logarithmic axis: matplotlib's own would have to be read as mathematics.

    Args:
        axis: with powers of ten, or with numbers between them where it holds too few of these.
        form: how a number is formatted.
    """
    from matplotlib.ticker import LogFormatter

    class Plain(LogFormatter):
        """Decides as matplotlib does which ticks are labelled; writes ``0.01``."""

        def __call__(self, x: float, pos: int | None = None) -> str:
            return f"{x:{form}}" if super().__call__(x, pos) else ""

    axis.set_major_formatter(Plain(minor_thresholds=(1.5, 0.5)))
    axis.set_minor_formatter(Plain(minor_thresholds=(1.5, 0.5)))


def grid_lines(axes: Axes) -> None:
    """Draw faint lines behind everything."""
    axes.grid()
    axes.set_axisbelow(True)
