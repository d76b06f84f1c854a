"""Quality against throughput, one point a detector and machine."""

from __future__ import annotations

from typing import Any

from benchkit.display import pareto_front
from benchkit.page.numbers import brief
from benchkit.page.tables import row_order
from benchkit.report import Leaderboard
from benchkit.report.arrangement import Column
from benchkit.report.entry import Entry
from benchkit.report.formats.parts import one_line
from benchkit.report.sections import metric_entries
from benchkit.report.speed import SPEED_COLUMNS, speed_lines

_SPEED = SPEED_COLUMNS["images_per_second"]


def front_of(board: Leaderboard) -> list[dict[str, Any]]:
    """Return mean AUROC and images per second of each detector that has both, and whether no other beats it in both."""
    columns: tuple[Column, ...] = board.arrangement.columns
    quality = {row: entries[0] for row, entries in metric_entries(board.arrangement, columns, "auroc").items()}
    speeds = speed_lines(board.arrangement, (_SPEED,))
    points = [
        _point(row, machine, quality[row], entry, alone=len(speeds[row]) == 1)
        for row in row_order(board)
        for machine, (entry,) in speeds[row]
        if quality[row].value is not None and entry.value
    ]
    front = pareto_front([(point["quality"], point["speed"]) for point in points])
    above = {place: number % 2 == 0 for number, place in enumerate(front)}
    return [{**point, "front": place in above, "above": above.get(place, True)} for place, point in enumerate(points)]


def _point(row: str, machine: str, quality: Entry, speed: Entry, *, alone: bool) -> dict[str, Any]:
    value = float(quality.value or 0.0)
    low, high = (value if end is None else end for end in (quality.low, quality.high))
    return {
        "name": one_line(row if alone else f"{row} ({machine})"),
        "quality": value,
        "low": brief(low),
        "high": brief(high),
        "speed": float(speed.value or 0.0),
        "shown": [one_line(quality.text), quality.interval, speed.text],
    }
