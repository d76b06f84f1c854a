"""Which detectors and which columns of a leaderboard a history follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from benchkit.errors import UsageError, did_you_mean
from benchkit.report.arrangement import Arrangement, Column
from benchkit.report.sections import MEAN


@dataclass(frozen=True)
class Choice:
    """Patterns as on the command line.

    Attributes:
        detectors: names or globs; one that matches is enough.
        columns: anomalies, groups or globs; none for the mean over the columns.
    """

    detectors: tuple[str, ...] = ("*",)
    columns: tuple[str, ...] = ()

    def wants(self, row: str) -> bool:
        """Return whether a row is followed: its label, or the detector's name in it, matches."""
        return any(fnmatchcase(row, pattern) or fnmatchcase(_name(row), pattern) for pattern in self.detectors)

    def of(self, cells: Arrangement) -> list[Column]:
        """Return the columns to follow; none stands for the mean.

        A pattern that matches no column may match members of groups, which have no column of their own.
        """
        every = list(cells.columns)
        members = [Column(member, (member,)) for column in every if column.is_group for member in column.members]
        found: dict[str, Column] = {}
        for pattern in self.columns:
            matching = _matching(every, pattern) or _matching(members, pattern)
            found.update({column.label: column for column in matching})
        return list(found.values())


def check_choice(choice: Choice, rows: Iterable[str], columns: Iterable[str]) -> None:
    """Refuse a pattern that matches nothing in any run.

    Args:
        choice: what was asked for.
        rows: labels of all rows that there are.
        columns: labels of all columns, and of the members of groups.

    Raises:
        UsageError: names the pattern, and what there is.
    """
    _check("detector", choice.detectors, sorted({label for row in rows for label in (row, _name(row))}))
    _check("anomaly", choice.columns, [MEAN, *sorted(set(columns))])


def _check(what: str, patterns: Sequence[str], known: Sequence[str]) -> None:
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            raise UsageError(
                f"history: got the {what} {pattern!r}, which none of the runs has; expected a name or a glob of "
                f"{', '.join(known) or 'nothing: the runs hold no cells'}.{did_you_mean(pattern, known)}"
            )


def _matching(columns: Iterable[Column], pattern: str) -> list[Column]:
    return [column for column in columns if fnmatchcase(column.label, pattern)]


def _name(row: str) -> str:
    """Return the detector's name in a row's label, which has its settings behind it where one name ran under two."""
    return row.partition("#")[0]
