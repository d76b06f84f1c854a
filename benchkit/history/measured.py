"""What one run says: its leaderboards' numbers, each with what has to be equal to compare it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchkit.history.choice import Choice
from benchkit.history.quantity import Quantity
from benchkit.history.series import Key
from benchkit.report import Leaderboard, leaderboards
from benchkit.report.arrangement import Arrangement, Column
from benchkit.report.entry import Entry
from benchkit.report.sections import MEAN, metric_entries
from benchkit.report.speed import SPEED, speed_lines
from benchkit.results import StoredRun


@dataclass(frozen=True)
class Measured:
    """One number of one run.

    Attributes:
        key: what it is, and what it can be compared with.
        entry: the number as the leaderboard has it.
        settings: of the detector, as ``run.json`` lists them; empty where it does not.
        settings_hash: tells whether they changed also where they are not listed.
        distribution: the detector's distribution with its version.
        shared: timed while other work of the run went on.
    """

    key: Key
    entry: Entry
    settings: Mapping[str, Any]
    settings_hash: str
    distribution: str
    shared: bool


@dataclass(frozen=True)
class Boards:
    """A run with its leaderboards, which are made once."""

    run: StoredRun
    boards: tuple[Leaderboard, ...]

    @classmethod
    def of(cls, run: StoredRun) -> Boards:
        """Return the run with its leaderboards."""
        return cls(run, tuple(leaderboards([run])))

    @property
    def rows(self) -> set[str]:
        """Labels of all rows."""
        return {row for board in self.boards for row in board.arrangement.rows}

    @property
    def columns(self) -> set[str]:
        """Labels of all columns, and of the members of groups."""
        each = [column for board in self.boards for column in board.arrangement.columns]
        return {label for column in each for label in (column.label, *column.members)}


def measured(found: Boards, wanted: Quantity, choice: Choice) -> Iterator[Measured]:
    """Yield one number for each row and chosen column of the run's leaderboards."""
    run = found.run
    for board in found.boards:
        columns = choice.of(board.arrangement)
        if wanted.is_speed:
            yield from _speed(run, board, wanted)
        elif columns or not choice.columns:
            yield from _quality(run, board, wanted, columns)


def _quality(run: StoredRun, board: Leaderboard, wanted: Quantity, columns: list[Column]) -> Iterator[Measured]:
    cells = board.arrangement
    members = {column.label: column.members for column in columns} or {MEAN: cells.members}
    parts = {label: _parts(cells, names) for label, names in members.items()}
    for row, (mean, *each) in metric_entries(cells, columns or cells.columns, wanted.name).items():
        for label, entry in zip(members, each if columns else [_of_mean(mean, each)], strict=True):
            yield _measured(run, board, row, label, parts[label], entry)


def _of_mean(mean: Entry, entries: list[Entry]) -> Entry:
    """Return the mean; where it has no number because a cell went wrong, that cell's entry, which says how it ended."""
    wrong = (entry for entry in entries if entry.value is None)
    return mean if mean.value is not None else next(wrong, mean)


def _speed(run: StoredRun, board: Leaderboard, wanted: Quantity) -> Iterator[Measured]:
    cells = board.arrangement
    place = [column.name for column in SPEED].index(wanted.name)
    parts = _parts(cells, cells.members)
    cores = _cores(run)
    for row, lines in speed_lines(cells).items():
        for machine, entries in lines:
            where = f"{machine}{cores}" if machine else ""
            entry = entries[place] if machine else Entry(text=cells.grid.trouble(row, cells.members))
            yield _measured(run, board, row, MEAN, parts, entry, where)


def _cores(run: StoredRun) -> str:
    hardware = run.manifest.get("hardware")
    cores = hardware.get("cores") if isinstance(hardware, dict) else None
    return f", on a machine of {cores} cores" if isinstance(cores, int) else ""


def _measured(
    run: StoredRun,
    board: Leaderboard,
    row: str,
    column: str,
    parts: frozenset[tuple[str, str]],
    entry: Entry,
    machine: str = "",
) -> Measured:
    cells = board.arrangement.cells
    own = cells[cells["row"].eq(row)]
    key = Key(board.dataset, board.device, row, column, board.protocol, parts, machine)
    listed = run.manifest.get("detectors")
    settings = listed.get(str(own["detector"].iloc[0])) if isinstance(listed, dict) else None
    return Measured(
        key=key,
        entry=entry,
        settings=settings if isinstance(settings, dict) else {},
        settings_hash=_one(own["settings"]),
        distribution=_one(own["distribution"]),
        shared=bool(own["timing_lane"].eq("shared").any()),
    )


def _parts(cells: Arrangement, members: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """Return each anomaly with its part of the protocol hash; empty where no cell of it knows it."""
    kinds = cells.cells[["member", "protocol"]].astype(str).drop_duplicates()
    known = {member: protocol.partition("-")[2] for member, protocol in kinds.itertuples(index=False) if protocol}
    return frozenset((member, known.get(member, "")) for member in members)


def _one(values: Any) -> str:
    """Return the value that all cells share; all of them where they do not."""
    return ", ".join(sorted(set(map(str, values.unique())) - {""}))
