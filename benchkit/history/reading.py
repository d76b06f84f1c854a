"""Which runs, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchkit.errors import StoreError, UsageError
from benchkit.results import StoredRun, read_run, runs_in

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class RunsInTime:
    """Runs by the time at which they began.

    Attributes:
        runs: the oldest first; those that do not say when they began stand before all others.
        notes: what was mended or left out while reading, one sentence each.
    """

    runs: tuple[StoredRun, ...]
    notes: tuple[str, ...]


def read_runs(paths: Iterable[Path]) -> RunsInTime:
    """Read runs and put them in the order in which they began.

    Args:
        paths: a run's folder, its ``run.json``, or a folder that holds runs, which stands for all of them. A run that
            is named twice counts once. A damaged run that was named is an error; one that was only found in a folder
            is left out, and a note says so.

    Raises:
        UsageError: there is no run at a path.
        StoreError: a run that was named is damaged, or every run of a folder is.
    """
    found: dict[Path, StoredRun] = {}
    notes: list[str] = []
    for path in paths:
        for run in [read_run(path)] if _is_run(path) else _all_in(path, notes):
            found.setdefault(run.folder.resolve(), run)
    runs = sorted(found.values(), key=lambda run: (began(run) or _LONG_AGO, run.folder.absolute().name))
    return RunsInTime(tuple(runs), (*notes, *_remarks(runs)))


def began(run: StoredRun) -> datetime | None:
    """Return when a run began, in UTC; None where its ``run.json`` does not say it in ISO 8601."""
    try:
        moment = datetime.fromisoformat(str(run.manifest.get("started", "")))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _is_run(path: Path) -> bool:
    return path.is_file() or (path / "run.json").is_file()


def _all_in(folder: Path, notes: list[str]) -> Iterator[StoredRun]:
    """Yield the runs of a folder; note those that cannot be read."""
    paths = runs_in(folder)
    if not paths:
        raise UsageError(
            f"history: got {folder}, where there is neither a run nor a folder of runs; expected a run's folder, or "
            "one that holds runs, such as results. A run makes one: benchkit run."
        )
    damaged: list[StoreError] = []
    for path in paths:
        try:
            yield read_run(path)
        except StoreError as error:
            damaged.append(error)
            notes.append(f"Left out: {error}")
    if len(damaged) == len(paths):
        raise damaged[0]


def _remarks(runs: Iterable[StoredRun]) -> Iterator[str]:
    for run in runs:
        name = run.folder.absolute().name
        yield from (f"{name}: {note}" for note in run.notes)
        if began(run) is None:
            yield f"{name}: its run.json does not say when it began: it stands before all others."
