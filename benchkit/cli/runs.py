"""How commands find the stored runs that they are given: by path, or by an id in the results folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from benchkit.errors import UsageError, did_you_mean

Command = TypeVar("Command", bound=Callable[..., Any])


def results_option(command: Command) -> Command:
    """Add ``--results``: the folder in which ids of runs are looked up."""
    return click.option(
        "--results",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path("results"),
        show_default=True,
        help="Folder with the runs.",
    )(command)


def find_run(run: str, results: Path, *, by: str, also: str = "") -> Path:
    """Return the run that is meant by an id in ``results``, or by a path; of both, the id.

    Args:
        run: an id, the path of a run's folder, or that of a file in one.
        results: folder with the runs.
        by: the command, for the message.
        also: what else it takes, with a comma before it.

    Raises:
        UsageError: there is no such run; says which there are, and which are near.
    """
    for candidate in (results / run, Path(run)):
        if (candidate / "run.json").is_file() or candidate.is_file():
            return candidate
    known = sorted(path.parent.name for path in results.glob("*/run.json"))
    raise UsageError(
        f"{by}: got {run!r}, which is not there; expected a run's folder{also} or one of the runs in {results}: "
        f"{', '.join(known) or 'none yet'}.{did_you_mean(run, known)} A run is made by: benchkit run."
    )
