"""A series as lines of text that every format shows alike; nothing is escaped here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from benchkit.history.quantity import Quantity
from benchkit.history.series import History, Point, Series
from benchkit.report.entry import UNDEFINED
from benchkit.report.remarks import device_label

LETTERS = 7
"""Of a commit's hash that are shown."""

NO_SERIES = "The runs hold no cells."

HEADINGS = ("run", "began (UTC)", "commit")


def title(series: Series, quantity: Quantity) -> str:
    """Return ``gaussian, Mean: AUROC ↑ (0 to 1), digits on CPU``; a speed belongs to no column."""
    key = series.key
    what = key.detector if quantity.is_speed else f"{key.detector}, {key.column}"
    return f"{what}: {quantity.title}, {key.dataset} on {device_label(key.device)}"


def caption(series: Series) -> Iterator[str]:
    """Yield the sentences that belong above a series."""
    where = f"; timed on {series.key.machine}" if series.key.machine else ""
    yield f"Protocol {series.key.protocol or 'unknown'}{where}."
    if series.remark:
        yield series.remark
    if series.marked and sum(point.value is not None for point in series.points) > 1:
        number = sum(point.change is not None for point in series.points)
        yield "No change of level." if not number else f"Changes of level: {number}."


def table(series: Series, quantity: Quantity) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows, one a point; columns in which nothing stands are left out."""
    headings = [*HEADINGS, quantity.title, "95 % interval", "change of level", "notes"]
    rows = [_row(point, quantity) for point in series.points]
    kept = [place for place in range(len(headings)) if place <= len(HEADINGS) or any(row[place] for row in rows)]
    return [headings[place] for place in kept], [[row[place] for place in kept] for row in rows]


def explanation(history: History) -> str:
    """Return what an interval and a change are, for below the tables."""
    marked = any(series.marked for series in history.series)
    intervals = any(point.low is not None for series in history.series for point in series.points)
    return " ".join(
        [
            *(["Intervals are those of the leaderboard."] if intervals else []),
            *([f"{_CHANGE} {_HINT}"] if marked else []),
            *(["+ behind a commit: with changes that were not committed."] if _any_dirty(history) else []),
        ]
    )


_CHANGE = (
    "A change of level is a difference of means before and after, with its size in units of the noise of one point "
    "(least squares with a penalty, PELT)."
)
_HINT = "It says where to look; benchkit compare judges two runs."


def moment(started: str) -> str:
    """Return ``2026-11-22 21:04`` in UTC; what is no such time is shown as it is."""
    try:
        found = datetime.fromisoformat(started)
        return f"{found if found.tzinfo is None else found.astimezone(UTC):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return started or UNDEFINED


def commit(point: Point) -> str:
    """Return the commit's first letters, a plus behind them where there were changes beside it."""
    return f"{point.commit[:LETTERS]}{'+' if point.dirty else ''}" if point.commit else UNDEFINED


def change(point: Point, quantity: Quantity) -> str:
    """Return ``-0.105 (12.3 x noise), worse``; empty where the level stays."""
    if point.change is None:
        return ""
    better = (point.change.difference > 0) == quantity.higher_is_better
    size = f"{point.change.difference:+,.{quantity.digits}f} ({point.change.noises:,.1f} × noise)"
    return f"{size}, {'better' if better else 'worse'}"


def _row(point: Point, quantity: Quantity) -> list[str]:
    digits = quantity.digits
    known = point.low is not None and point.high is not None
    return [
        point.run,
        moment(point.started),
        commit(point),
        point.status if point.value is None else f"{point.value:,.{digits}f}",
        f"{point.low:.{digits}f} to {point.high:.{digits}f}" if known else "",
        change(point, quantity),
        "; ".join(point.notes),
    ]


def _any_dirty(history: History) -> bool:
    return any(point.dirty for series in history.series for point in series.points)
