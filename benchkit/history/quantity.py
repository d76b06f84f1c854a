"""The numbers that a history can follow: metrics of quality, and the columns of the table of speed."""

from __future__ import annotations

from dataclasses import dataclass

from benchkit.errors import UsageError, did_you_mean
from benchkit.measure.metrics import METRICS
from benchkit.report.sections import metric_title
from benchkit.report.speed import SPEED

_SHARE_DIGITS = 3


@dataclass(frozen=True)
class Quantity:
    """One number of a leaderboard.

    Attributes:
        name: field of the cell.
        title: heading, with direction and unit.
        digits: after the point, as in the leaderboard.
        higher_is_better: its direction.
        is_speed: depends on the machine.
    """

    name: str
    title: str
    digits: int
    higher_is_better: bool
    is_speed: bool


_QUALITY = [
    Quantity(name, metric_title(name), _SHARE_DIGITS, metric.higher_is_better, False)
    for name, metric in METRICS.items()
]
_SPEED = [Quantity(column.name, column.heading, column.digits, bool(column.higher_is_better), True) for column in SPEED]

QUANTITIES: dict[str, Quantity] = {each.name: each for each in (*_QUALITY, *_SPEED)}
"""By name, in the order of the leaderboard."""


def quantity(name: str) -> Quantity:
    """Return the number of that name.

    Raises:
        UsageError: there is none; lists what there is.
    """
    if name not in QUANTITIES:
        raise UsageError(
            f"history: got the metric {name!r}; expected one of {', '.join(QUANTITIES)}."
            f"{did_you_mean(name, QUANTITIES)}"
        )
    return QUANTITIES[name]
