"""Options of ``benchkit run`` that say how the work is carried out, not what it is."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from benchkit.errors import UsageError

_HOW = {
    "jobs",
    "in_process",
    "pdb",
    "timeout",
    "memory_limit",
    "device_memory",
    "executor",
    "beside",
    "resume",
    "retry",
    "table_format",
    "columns",
    "dry_run",
}
"""What may be said together with ``--resume``; everything else is what the run was asked for in the first place."""

_GIVEN = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP)


def refuse_changes(context: click.Context) -> None:
    """Refuse options that would make another run of the one that is resumed, and ``--retry`` without one.

    Raises:
        UsageError: names the option.
    """
    if not context.params["resume"]:
        if context.params["retry"]:
            raise UsageError("--retry: got it without --resume; expected the folder of a run. Add --resume RUN.")
        return
    for option in context.command.params:
        name = option.name or ""
        if name not in _HOW and option.expose_value and context.get_parameter_source(name) in _GIVEN:
            raise UsageError(
                f"--resume: got {option.opts[0]} as well; expected the run to be what it was, which run.json of "
                f"{context.params['resume']} says. Leave {option.opts[0]} out, or begin a new run."
            )


def run_folder(given: Path, out: Path) -> Path:
    """Return a run's folder: what was given, or the run of that id in the results folder."""
    return given if given.exists() or not (out / given).exists() else out / given


def how_settings(options: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of RunSettings that say how a run is carried out.

    Raises:
        UsageError: a size that is none, or a debugger for another process.
    """
    from benchkit.runner import parse_size

    in_process = options["in_process"] or options["pdb"]
    if in_process and options["executor"] != "local":
        raise UsageError(
            f"--executor {options['executor']}: got it together with --in-process or --pdb; expected one of them."
        )
    limit, room = options["memory_limit"], options["device_memory"]
    return {
        "jobs": 0 if in_process else options["jobs"],
        "timeout": options["timeout"],
        "memory_limit": None if limit is None else parse_size(limit),
        "device_memory": None if room is None else parse_size(room, "device memory"),
        "executor": options["executor"],
        "beside": options["beside"],
    }


def changed_settings(context: click.Context) -> dict[str, Any]:
    """Return those that were given: the others are what they were when the run that is resumed began.

    Raises:
        UsageError: as ``how_settings``.
    """
    how = how_settings(context.params)
    given = {name: value for name, value in how.items() if context.get_parameter_source(name) in _GIVEN}
    if how["jobs"] == 0:  # the time-out of earlier workers has no meaning in this process
        return {**{name: value for name, value in how.items() if name != "device_memory"}, **given}
    return given


@contextlib.contextmanager
def debugger(wanted: bool) -> Iterator[None]:
    """Open the debugger on whatever a plugin raises, where it was raised."""
    if not wanted:
        yield
        return
    from benchkit.runner.postmortem import observed

    with observed(_debug):
        yield


def _debug(error: BaseException) -> None:
    import pdb  # noqa: T100 - it is what was asked for

    from benchkit.registry import printable

    click.echo(printable(f"benchkit: --pdb: {type(error).__name__}: {error}"), err=True)
    with contextlib.redirect_stdout(sys.__stdout__):
        pdb.post_mortem(error.__traceback__)
