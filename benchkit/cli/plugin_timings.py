"""``benchkit plugins --timings``: which plugin every command waits for."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchkit.cli.common import registry_from

if TYPE_CHECKING:
    from benchkit.registry import Load

SLOW = 0.5
"""Seconds from which on a plugin is called slow."""

_SHARED = "torch"
"""What nearly every plugin imports: imported first, so that none of them pays for the others."""


def show_timings(plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], *, as_json: bool) -> None:
    """Load every plugin, print how long each took, the slowest first, and name those that are slow."""
    start = time.perf_counter()
    importlib.import_module(_SHARED)
    shared = time.perf_counter() - start
    registry = registry_from(plugin_files, plugin_rules, quiet=True)
    loads = sorted(registry.loads, key=lambda load: -load.seconds)
    if as_json:
        rows = [{"plugin": each.plugin, "distribution": each.distribution, "seconds": each.seconds} for each in loads]
        click.echo(json.dumps(rows, indent=2))
        return
    click.echo(_table(loads))
    click.echo(f"\nBesides, {_SHARED}, which was imported before them: {shared:.3f} s.")
    for load in loads:
        if load.seconds >= SLOW:
            click.echo(f"\n{_advice(load)}")


def _table(loads: Iterable[Load]) -> str:
    from tabulate import tabulate

    rows = [[load.plugin, load.distribution, f"{load.seconds:.3f}"] for load in loads]
    headers, align = ("plugin", "distribution", "seconds"), ("left", "left", "right")
    return tabulate(rows, headers=headers, colalign=align, disable_numparse=True)


def _advice(load: Load) -> str:
    return (
        f"plugin {load.plugin!r} ({load.distribution}): took {load.seconds:.2f} s to be loaded; expected less than "
        f"{SLOW} s, as every command waits for it. Import what is slow in the function that needs it, and compute "
        f"nothing at import ({load.place}); `python -X importtime` shows what takes the time."
    )
