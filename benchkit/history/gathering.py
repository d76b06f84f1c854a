"""From runs to series: only what can be compared stands in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from benchkit.errors import UsageError
from benchkit.history import changes
from benchkit.history.choice import Choice, check_choice
from benchkit.history.differences import other_series, what_changed
from benchkit.history.measured import Boards, Measured, measured
from benchkit.history.quantity import Quantity, quantity
from benchkit.history.reading import RunsInTime
from benchkit.history.series import History, Key, Point, Series
from benchkit.report.grid import MISSING
from benchkit.report.labels import natural
from benchkit.report.sections import MEAN
from benchkit.results import StoredRun

Row = dict[int, Measured]
"""What the runs have of one series, by their place in the order of time."""


def history(
    runs: RunsInTime, *, metric: str = "auroc", detectors: Iterable[str] = ("*",), anomalies: Iterable[str] = ()
) -> History:
    """Return a metric of each detector over time.

    Args:
        runs: in the order of time.
        metric: a metric of quality, or a column of the table of speed.
        detectors: names or globs.
        anomalies: columns of the leaderboard, members of its groups, or globs; none for its mean.

    Raises:
        UsageError: there is no such metric; a pattern matches nothing; anomalies were named for a speed, which is
            measured for a fitted detector and not for one anomaly.
    """
    wanted, choice = quantity(metric), Choice(tuple(detectors), tuple(anomalies))
    boards = [Boards.of(run) for run in runs.runs]
    _check(boards, wanted, choice)
    by_run = [list(measured(each, wanted, choice)) for each in boards]
    rows = {key: row for key, row in _series(by_run).items() if choice.wants(key.detector)}
    absent = {key: _absent(key, row, by_run) for key, row in rows.items()}
    found = [_points(key, row, absent[key], runs.runs) for key, row in rows.items()]
    return History(wanted, tuple(_ordered(found)), (*runs.notes, *_notes(found)))


def _check(boards: Iterable[Boards], wanted: Quantity, choice: Choice) -> None:
    if wanted.is_speed and choice.columns:
        raise UsageError(
            f"history: got anomalies for {wanted.name}; expected none: a fitted detector is timed once for all "
            "anomalies that it is shown. Leave --anomaly out."
        )
    rows, columns = set[str](), set[str]()
    for each in boards:
        rows |= each.rows
        columns |= each.columns
    check_choice(choice, rows, columns)


def _series(by_run: Iterable[list[Measured]]) -> dict[Key, Row]:
    """Return each series; what does not know its protocol goes where the detector was before, or comes to be."""
    rows: dict[Key, Row] = {}
    lost: list[tuple[int, Measured]] = []
    for place, numbers in enumerate(by_run):
        for number in numbers:
            if _is_lost(number.key):
                lost.append((place, number))
            else:
                rows.setdefault(number.key, {})[place] = number
    for place, number in lost:
        rows.setdefault(_home(number.key, place, rows), {}).setdefault(place, number)
    return rows


def _is_lost(key: Key) -> bool:
    """Whether it went wrong before it was known what it can be compared with."""
    return not key.protocol or any(not part for _, part in key.parts)


def _home(key: Key, place: int, rows: Mapping[Key, Row]) -> Key:
    """Return the series that a number belongs to that does not know its own: the nearest in time, or its own."""
    alike = [other for other in rows if _shown_as(other) == _shown_as(key)]
    return min(alike, key=lambda other: min(abs(place - each) for each in rows[other]), default=key)


def _shown_as(key: Key) -> tuple[str, str, str, str]:
    return key.dataset, key.device, key.detector, key.column


def _absent(key: Key, row: Row, by_run: Iterable[list[Measured]]) -> list[int]:
    """Return the later runs that have such a column, but not this detector: gaps, where it may have vanished."""
    board = replace(key, detector="")
    return [
        place
        for place, numbers in enumerate(by_run)
        if place > min(row) and place not in row and any(replace(each.key, detector="") == board for each in numbers)
    ]


def _points(key: Key, row: Row, absent: Iterable[int], runs: tuple[StoredRun, ...]) -> Series:
    points: list[Point] = []
    before: Measured | None = None
    for place in sorted({*row, *absent}):
        number = row.get(place)
        points.append(_point(runs[place], number, before))
        before = number or before
    marked = changes.available()
    return Series(key, changes.mark(points) if marked else tuple(points), marked=marked)


def _point(run: StoredRun, number: Measured | None, before: Measured | None) -> Point:
    git = run.manifest.get("git")
    git = git if isinstance(git, dict) else {}
    entry = number.entry if number else None
    return Point(
        run=run.folder.absolute().name,
        started=str(run.manifest.get("started", "")),
        commit=str(git.get("commit") or ""),
        dirty=git.get("dirty") is True,
        value=entry.value if entry else None,
        low=entry.low if entry else None,
        high=entry.high if entry else None,
        status="ok" if entry and entry.value is not None else entry.text if entry else MISSING,
        notes=tuple(_remarks(run, number, before)),
    )


def _remarks(run: StoredRun, number: Measured | None, before: Measured | None) -> Iterator[str]:
    if number and before:
        yield from what_changed(before, number)
    if number and number.shared and number.key.machine:
        yield "timed beside other work"
    if run.manifest.get("state", "finished") != "finished":
        yield "the run did not finish"


def _ordered(found: Iterable[Series]) -> Iterator[Series]:
    """Yield the series by what they show; each later one of the same with why it is not one with the one before."""
    before: Series | None = None
    # Sorting keeps the order of time among equals.
    for series in sorted(found, key=_place):
        again = before is not None and _shown_as(before.key) == _shown_as(series.key)
        yield replace(series, remark=other_series(before.key, series.key)) if before and again else series
        before = series


def _place(series: Series) -> tuple[object, ...]:
    key = series.key
    return (key.dataset, key.device, natural(key.detector), key.column != MEAN, natural(key.column))


def _notes(found: Iterable[Series]) -> Iterator[str]:
    lengths = [len(series.points) for series in found]
    if lengths and not changes.available():
        yield "Change points are not marked: that needs the library ruptures: pip install 'benchkit[figures]'."
    if max(lengths, default=0) == 1:
        yield "Nothing was measured twice in a way that can be compared: each series is one point."
