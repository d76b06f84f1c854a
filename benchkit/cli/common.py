"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from benchkit.registry import Registry

Command = TypeVar("Command", bound=Callable[..., Any])


def _set_offline(_ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        os.environ["BENCHKIT_OFFLINE"] = "1"  # the environment reaches worker processes as well


def plugin_options(command: Command) -> Command:
    """Add ``--plugin`` and ``-p`` to a command; read them with ``registry_from``."""
    command = click.option(
        "--plugin", "plugin_files", multiple=True, type=click.Path(path_type=Path), help="Load a plugin file too."
    )(command)
    return click.option("-p", "plugin_rules", multiple=True, metavar="no:NAME", help="Leave a plugin out.")(command)


def offline_option(command: Command) -> Command:
    """Add ``--offline``: the network is never touched."""
    return click.option(
        "--offline", is_flag=True, expose_value=False, callback=_set_offline, help="Never touch the network."
    )(command)


def registry_from(plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], *, quiet: bool = False) -> Registry:
    """Build the registry and say on standard error which plugins are broken, or odd."""
    from benchkit.registry import load_registry
    from benchkit.runner.surroundings import surroundings_kept

    with surroundings_kept():  # plugins set things for the whole process while they are imported: a folder, threads
        registry = load_registry(files=plugin_files, rules=plugin_rules)
    if not quiet:
        for problem in registry.problems:
            click.echo(f"benchkit: warning: {problem}", err=True)
        for remark in (remark for load in registry.loads for remark in load.remarks):
            click.echo(f"benchkit: note: {remark}", err=True)
    return registry
