"""The critical-difference diagram: mean ranks on an axis, with bars over detectors that cannot be told apart."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchkit.errors import UsageError, did_you_mean
from benchkit.report.apart import Apart
from benchkit.report.formats.parts import one_line
from benchkit.report.labels import shortened
from benchkit.report.leaderboard import Leaderboard
from benchkit.report.rank_remarks import p_text
from benchkit.report.remarks import counted
from benchkit.results.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".svg", ".png", ".pdf")
"""Kinds of picture that can be written."""

MOST = 100
"""Detectors that a diagram can show."""

_LINE_INCHES = 0.24
_PLAIN: dict[str, Any] = {"parse_math": False}  # a dollar sign in a name is a dollar sign


def check_picture(path: Path) -> None:
    """Refuse, before anything else is done, a picture that cannot be drawn.

    Raises:
        UsageError: the file's suffix is none of ``SUFFIXES``, or the libraries of the extra are not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"table: --critical-difference: got the file {str(path)!r}; expected a name that ends with one of "
            f"{', '.join(SUFFIXES)}.{did_you_mean(path.suffix, SUFFIXES)}"
        )
    try:
        import matplotlib
        import scikit_posthocs  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"table: --critical-difference: got no module {error.name!r}; expected what the extra `figures` brings. "
            "Install it: pip install 'benchkit[figures]'."
        ) from error
    del matplotlib


def write_diagram(boards: Sequence[Leaderboard], path: Path) -> None:
    """Write the diagram of the one leaderboard that there is; the same leaderboard makes the same bytes.

    Args:
        boards: exactly one.
        path: an SVG, PNG or PDF file.

    Raises:
        UsageError: see ``check_picture``; or there is more than one leaderboard, or none, or nothing to compare.
        StoreError: the file cannot be written.
    """
    check_picture(path)
    board = _only(boards)
    picture = io.BytesIO()
    with _plainly():
        _draw(board).savefig(picture, format=path.suffix[1:].lower(), bbox_inches="tight", metadata=_metadata(path))
    write_atomically(path, lambda file: file.write(picture.getvalue()))


def _only(boards: Sequence[Leaderboard]) -> Leaderboard:
    if len(boards) != 1:
        titles = ", ".join(one_line(f"{board.title} ({board.protocol})") for board in boards) or "none"
        raise UsageError(
            f"table: --critical-difference: got {counted(len(boards), 'leaderboard')}: {titles}; expected one, of one "
            "data set, device and protocol. Name a single run that holds one."
        )
    (board,) = boards
    k = len(board.ranking.detectors)
    if not board.ranking.apart.test or k > MOST:
        raise UsageError(
            f"table: --critical-difference: got {counted(k, 'detector')} with all their numbers on "
            f"{counted(board.ranking.apart.blocks, 'anomaly', 'anomalies')}; expected 2 to {MOST} detectors and at "
            "least 2 anomalies. Run more of them, or fewer: benchkit run -d NAME -a NAME."
        )
    return board


@contextmanager
def _plainly() -> Iterator[None]:
    """Draw alike everywhere: no settings of the user's, the same identifiers, letters as outlines."""
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"svg.hashsalt": "benchkit", "svg.fonttype": "path"})
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)  # shown as a box
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support", category=UserWarning)
        yield


def _metadata(path: Path) -> dict[str, Any]:
    """Leave out what changes from one call to the next."""
    return {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {"Software": None}}[path.suffix.lower()]


def _draw(board: Leaderboard) -> Any:
    """Return the figure."""
    import scikit_posthocs
    from matplotlib.figure import Figure
    from pandas import DataFrame, Series

    apart, k = board.ranking.apart, len(board.ranking.detectors)
    figure = Figure(figsize=(7.0, 1.2 + _LINE_INCHES * (k / 2 + _bars(apart))), dpi=150)
    axes = figure.add_subplot()
    drawn = scikit_posthocs.critical_difference_diagram(
        Series(apart.mean_ranks),
        DataFrame(np.where(apart.pairs, 0.0, 1.0)),
        ax=axes,
        label_fmt_left="{label}",  # the place; its name is set below: two names may look alike
        label_fmt_right="{label}",
        label_props={"fontsize": 9, **_PLAIN},
        elbow_props={"color": "0.35", "linewidth": 0.9},
        marker_props={"s": 14},
        crossbar_props={"marker": "o", "markersize": 4},  # a bar may pass over one that is not of its group
        text_h_margin=0.02 * k,
    )
    for label in drawn["labels"]:
        place = int(label.get_text())
        label.set_text(f"{_name(board, place)} ({apart.mean_ranks[place]:.2f})")
    _finish(axes, board)
    return figure


def _bars(apart: Apart) -> float:
    """Return how many lines of bars there may be."""
    return min(8.0, len(apart.mean_ranks) / 2)


def _name(board: Leaderboard, place: int) -> str:
    return shortened(one_line(board.ranking.detectors[place]))


def _finish(axes: Axes, board: Leaderboard) -> None:
    """Give the axis its ends and ticks, draw the critical difference above it, and say what it all is."""
    from matplotlib.ticker import MaxNLocator

    apart, k = board.ranking.apart, len(board.ranking.detectors)
    axes.set_xlim(1, k)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if apart.critical_difference is not None:
        end = min(1 + apart.critical_difference, k)
        axes.plot([1, end], [2.2, 2.2], color="k", linewidth=2, marker="|", clip_on=False)
        axes.text(end, 2.2, f"  CD = {apart.critical_difference:.2f}", va="center", fontsize=9, **_PLAIN)
    axes.set_title("\n".join(_title(board)), fontsize=10, loc="left", pad=12, **_PLAIN)


def _title(board: Leaderboard) -> list[str]:
    apart = board.ranking.apart
    over = counted(apart.blocks, "anomaly", "anomalies")
    said = {"nemenyi": "Nemenyi at 5 %", "wilcoxon-holm": "Wilcoxon with Holm at 5 %"}.get(apart.posthoc, "at 5 %")
    return [
        f"{shortened(one_line(board.title))}: mean rank by AUROC over {over}, 1 is the best",
        f"{apart.test}: {p_text(apart)}; bars join detectors that cannot be told apart ({said})",
    ]
