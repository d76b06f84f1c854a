"""Quality against throughput, with the Pareto front of each machine."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from benchkit.display import Piece, pareto_front
from benchkit.errors import UsageError
from benchkit.pictures.annotating import annotate
from benchkit.pictures.layout import check_number, legend
from benchkit.pictures.naming import folded, named, written
from benchkit.pictures.standing import Standing, standings
from benchkit.pictures.style import COLOURS, WIDTH, canvas, grid_lines, in_house_style, powers_of_ten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 40
"""Points whose names can be read."""

_MARKERS = ("o", "s", "^", "D", "v", "P")
_DEVICES = {"cpu": "CPU", "cuda": "GPU (CUDA)", "mps": "GPU (Metal)"}


def timed(pieces: Sequence[Piece]) -> tuple[list[Standing], list[str]]:
    """Return the points, and why a detector has none.

    Raises:
        UsageError: there are pieces, and no detector has a point.
        NotComparableError: see ``standings``.
    """
    found, notes = standings(pieces)
    if pieces and not found:
        raise UsageError(
            f"plot pareto: got no detector with both numbers: {'; '.join(notes)}; expected one that was timed and has "
            "an AUROC in every cell. Run again, with timing: benchkit run."
        )
    return found, notes


@in_house_style
def pareto(pieces: Sequence[Piece], *, width: float = WIDTH) -> Figure:
    """Return a point for each detector on each machine, and which of them no other one beats there.

    Args:
        pieces: of one data set and protocol; see ``timed``.
        width: in centimetres.

    Raises:
        UsageError: there is no point, or there are too many.
        NotComparableError: see ``standings``.
    """
    points, _ = timed(pieces)
    check_number(points, who="plot pareto", what="points, one a detector and machine", most=MOST)
    figure = canvas(width, max(width * 0.62, 6.0) + 1.0)
    panel = figure.add_subplot()
    handles: list[Any] = []
    for place, (where, own) in enumerate(_by_machine(points).items()):
        handles += _machine(panel, where, own, place)
    _finish(panel, pieces, points, width)
    legend(figure, handles, [str(handle.get_label()) for handle in handles], beside=False)
    fronts = [_steps(_front(own)) for own in _by_machine(points).values()]
    names = [(point.speed, point.quality, written(point.detector)) for point in points]
    annotate(figure, panel, names, [corner for corners in fronts for corner in itertools.pairwise(corners)])
    return figure


def _by_machine(points: Sequence[Standing]) -> dict[str, list[Standing]]:
    found: dict[str, list[Standing]] = defaultdict(list)
    for point in points:
        device = _DEVICES.get(point.device, point.device or "unknown device")
        batch = "batches of unknown size" if point.batch is None else f"batches of {point.batch}"
        found[written(f"{device}: {point.machine}, {batch}", most=80)].append(point)
    return found


def _machine(panel: Axes, where: str, own: Sequence[Standing], place: int) -> list[Any]:
    colour, marker = COLOURS[place % len(COLOURS)], _MARKERS[place % len(_MARKERS)]
    handles = []
    for disturbed, label in ((False, where), (True, f"{where}; other work ran beside it")):
        some = [point for point in own if point.disturbed is disturbed]
        if some:
            handles += panel.plot(
                [point.speed for point in some], [point.quality for point in some], marker, color=colour, markersize=5,
                markerfacecolor="white" if disturbed else colour, label=label, zorder=3,
            )  # fmt: skip
    across, up = zip(*_steps(_front(own)), strict=True)
    handles += panel.plot(
        across, up, color=colour, linewidth=0.9, linestyle=(0, (5, 2)), label="Pareto front: none is better in both",
        zorder=2,
    )  # fmt: skip
    return handles


def _front(own: Sequence[Standing]) -> list[Standing]:
    return [own[index] for index in pareto_front([(point.quality, point.speed) for point in own])]


def _steps(front: Sequence[Standing]) -> list[tuple[float, float]]:
    """Return the corners of what the front's points leave behind in both: down from each, then on to the next."""
    corners = [(front[0].speed, front[0].quality)]
    for one, other in itertools.pairwise(front):
        corners += [(one.speed, other.quality), (other.speed, other.quality)]
    return corners


def _finish(panel: Axes, pieces: Sequence[Piece], points: Sequence[Standing], width: float) -> None:
    panel.set_xscale("log")
    panel.margins(x=0.2, y=0.15)
    powers_of_ten(panel.xaxis, ",.10g")
    panel.set(xlabel=f"images per second{_only_cpu(points)}", ylabel="mean AUROC")
    panel.set_title(folded(_title(pieces), width * 0.85))
    grid_lines(panel)


def _only_cpu(points: Sequence[Standing]) -> str:
    return ", on CPU" if {point.device for point in points} == {"cpu"} else ""


def _title(pieces: Sequence[Piece]) -> str:
    title, _ = named(pieces)
    anomalies = sorted({str(piece.row["anomaly"]) for piece in pieces})
    return title if len(anomalies) == 1 else f"{title} · {len(anomalies)} anomalies"
