"""What a leaderboard shows: which metrics, and which numbers of speed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from benchkit.errors import UsageError, did_you_mean
from benchkit.measure.metrics import METRICS
from benchkit.report.speed import SPEED, SPEED_COLUMNS, SpeedColumn

RANKS = "ranks"
MEMBERS = "members"
SPEED_TABLE = "speed"
SWEEP = "sweep"

_TABLES = (RANKS, MEMBERS, SWEEP)

COLUMNS: tuple[str, ...] = (*METRICS, RANKS, MEMBERS, SPEED_TABLE, SWEEP, *SPEED_COLUMNS)
"""Every name that can be asked for.

A metric is a table of its own, ``ranks`` the table of ranks, ``members`` the tables of each group's members; ``speed``
are the usual columns of the table of speed, ``sweep`` the table of speed by size of batch; every other name is one
column of the table of speed.
"""


@dataclass(frozen=True)
class Shown:
    """What was asked for.

    Attributes:
        tables: names of the tables in their order: metrics, ``ranks``, ``speed``, ``sweep`` and ``members``.
        speed: the columns of the table of speed.
        chosen: somebody has asked; else it is the usual.
    """

    tables: tuple[str, ...]
    speed: tuple[SpeedColumn, ...]
    chosen: bool

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics among the tables."""
        return tuple(name for name in self.tables if name in METRICS)


USUAL = Shown(("auroc", RANKS, "precision", SPEED_TABLE, SWEEP, MEMBERS), SPEED, chosen=False)
"""What is shown unless something else is asked for."""


def check_columns(columns: Sequence[str] | str | None) -> Shown:
    """Return what is asked for; the usual for None. Asked before a long run, not after it.

    Args:
        columns: names, or a text in which they are joined by commas; what is named twice is shown once.

    Raises:
        UsageError: a name that there is not, or no name at all; lists what there is.
    """
    if columns is None:
        return USUAL
    names = [name.strip() for name in (columns.split(",") if isinstance(columns, str) else columns)]
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or not names:
        raise UsageError(
            f"table: got {f'the column {unknown[0]!r}' if names else 'no column'}; expected some of "
            f"{', '.join(COLUMNS)}, joined by commas.{did_you_mean(unknown[0], COLUMNS) if unknown else ''}"
        )
    tables = (name if name in METRICS or name in _TABLES else SPEED_TABLE for name in names)
    speed = {column.name: column for column in _speed(names)}
    return Shown(tuple(dict.fromkeys(tables)), tuple(speed.values()), chosen=True)


def _speed(names: Sequence[str]) -> Iterator[SpeedColumn]:
    for name in names:
        if name in SPEED_COLUMNS:
            yield replace(SPEED_COLUMNS[name], only_where_there=False)
        elif name == SPEED_TABLE:
            yield from SPEED
