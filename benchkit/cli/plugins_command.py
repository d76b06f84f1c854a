"""``benchkit plugins``: lists everything that plugins offer, and what is wrong with those that are broken."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from benchkit.cli.common import plugin_options, registry_from
from benchkit.cli.plugin_facts import chosen, facts
from benchkit.cli.plugin_timings import show_timings
from benchkit.errors import UsageError
from benchkit.registry import KINDS, PluginRecord, printable

_MOST_NAMED = 3
_HEADERS = ("kind", "name", "view", "plugin", "distribution", "version", "state")


@click.command("plugins")
@click.argument("patterns", nargs=-1, metavar="[NAME|PATTERN]...")
@click.option(
    "--kind",
    type=click.Choice([kind.name for kind in KINDS]),
    help="Only objects of this kind, and plugins that are broken as a whole: they may offer some.",
)
@click.option(
    "--timings", is_flag=True, help="Show how long each plugin takes to be loaded instead, the slowest first."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of objects.")
@plugin_options
def command(
    patterns: tuple[str, ...], kind: str | None, timings: bool, as_json: bool, plugin_files: tuple[Path, ...],
    plugin_rules: tuple[str, ...],
) -> None:  # fmt: skip
    """List every data set, view, detector and anomaly, and where it comes from.

    With a NAME, or a PATTERN such as 'gaussian*', it shows all about those alone: what it is, what it looks at, its
    group, whether a run takes it unasked, and its settings, with an example of how to change one.

    The state is ok, unavailable (it needs what is not installed), broken, conflict (two plugins offer the name;
    neither is used) or left out (by -p or BENCHKIT_PLUGINS). What is wrong, and what mends it, stands below the table.
    Broken plugins do not change the exit status.
    """
    if timings and patterns:
        raise UsageError(f"--timings: got {patterns[0]!r} as well; expected no names. It shows whole plugins, and all.")
    if timings:
        show_timings(plugin_files, plugin_rules, as_json=as_json)
        return
    registry = registry_from(plugin_files, plugin_rules, quiet=True)
    records = [record for record in registry.plugins if kind is None or _belongs(record, kind)]
    if patterns:
        records = chosen(records, patterns, kind)
    if as_json:
        click.echo(json.dumps([asdict(record) for record in records], indent=2))
        return
    if patterns:
        click.echo("\n\n".join(map(facts, records)))
        return
    click.echo(_table(records))
    remarks = [remark for load in registry.loads for remark in load.remarks]
    for text in dict.fromkeys([*_faults(records), *remarks]):
        click.echo(f"\n{printable(text)}")


def _faults(records: Iterable[PluginRecord]) -> list[str]:
    """Return what is wrong, a paragraph each; what is unavailable for one reason stands in one."""
    lacking: dict[str, list[str]] = {}
    faults = []
    for record in records:
        if record.state == "unavailable":
            lacking.setdefault(record.error, []).append(record.name)
        elif record.error:
            faults.append(record.error)
    return faults + [f"unavailable: {_some(names)}: {reason}" for reason, names in lacking.items()]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _belongs(record: PluginRecord, kind: str) -> bool:
    return record.kind == kind or (record.kind == "plugin" and record.state == "broken")


def _table(records: Iterable[PluginRecord]) -> str:
    from tabulate import tabulate

    rows = [
        [record.kind, _name(record), record.view, record.plugin, record.distribution, record.version, record.state]
        for record in records
    ]
    cells = [[printable(cell) for cell in row] for row in rows]
    return tabulate(cells, headers=_HEADERS, disable_numparse=True)


def _name(record: PluginRecord) -> str:
    """Return the name, whether it has to be asked for, and the names that a view object offers other than its own."""
    if not record.by_default:
        return f"{record.name} (if asked for)"
    if record.views in ((), (record.name,)):
        return record.name
    return f"{record.name} ({', '.join(record.views)})"
