"""``benchkit data``: which data sets there are, whether their files are here, and bring or check them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchkit.cli.common import offline_option, plugin_options, registry_from

if TYPE_CHECKING:
    from benchkit.contract import Dataset, RemoteFile
    from benchkit.registry import Offer


@click.group("data")
def command() -> None:
    """List, fetch and verify data sets."""


@command.command("list")
@plugin_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], as_json: bool) -> None:
    """List the data sets: embedded, found (and where) or missing (and what brings them)."""
    rows = [_describe(offer) for offer in _offers(plugin_files, plugin_rules, quiet=as_json)]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        size = f"{row['bytes'] / 1e6:8.1f} MB" if row["bytes"] else " " * 11
        click.echo(f"{row['name']:{width}}  {row['state']:8}  {size}  {row['where'] or row['next_step']}".rstrip())


@command.command("fetch")
@plugin_options
@offline_option
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def fetch_command(plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Download the files of data sets that are not here yet, and verify them."""
    from benchkit.data import fetch

    wrong = 0
    for offer in _offers(plugin_files, plugin_rules, names):
        files = _files_of(offer)
        if not files:
            click.echo(f"{offer.item.name}: embedded, nothing to fetch")
        wrong += sum(not _report(offer.item.name, file, fetch) for file in files)
    raise SystemExit(1 if wrong else 0)


@command.command("verify")
@plugin_options
@click.argument("names", nargs=-1, metavar="[NAME...]")
def verify_command(plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Check size and SHA-256 of the files of data sets; exit status 1 when one is wrong.

    Without a NAME, whatever is on this machine is checked; with a NAME, a missing file is wrong as well.
    """
    from benchkit.data import find, verify

    wrong = 0
    for offer in _offers(plugin_files, plugin_rules, names):
        files = _files_of(offer)
        checked = [file for file in files if names or find(file) is not None]
        if not checked:
            click.echo(f"{offer.item.name}: {'not here' if files else 'embedded'}, nothing to verify")
        wrong += sum(not _report(offer.item.name, file, verify) for file in checked)
    raise SystemExit(1 if wrong else 0)


def _offers(
    plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], names: Sequence[str] = (), *, quiet: bool = False
) -> list[Offer[Dataset]]:
    """Return the data sets of these names, or all of them."""
    from benchkit.errors import UsageError

    registry = registry_from(plugin_files, plugin_rules, quiet=quiet)
    for name in names:
        registry.check_usable("dataset", name)
        if name not in registry.datasets:
            raise UsageError(registry.unknown("dataset", name, registry.datasets))
    return [registry.datasets[name] for name in (names or sorted(registry.datasets))]


def _files_of(offer: Offer[Dataset]) -> tuple[RemoteFile, ...]:
    """Ask a plugin for its files; whatever it raises becomes one paragraph with its name."""
    from benchkit.contract import RemoteFile
    from benchkit.errors import ContractError

    try:
        files = tuple(offer.item.files())
        wrong = [type(file).__name__ for file in files if not isinstance(file, RemoteFile)]
    except Exception as error:
        files, wrong = (), [f"{type(error).__name__}: {error}"]
    if wrong:
        raise ContractError(
            f"{type(offer.item).__name__}.files: got {', '.join(wrong)}; expected a sequence of benchkit.RemoteFile. "
            f"Mend the plugin, or leave it out with `-p no:{offer.plugin}`.",
            plugin=offer.plugin,
            distribution=offer.distribution,
            version=offer.version,
        )
    return files


def _describe(offer: Offer[Dataset]) -> dict[str, Any]:
    from benchkit.data import find
    from benchkit.errors import ContractError

    row = {"name": offer.item.name, "state": "embedded", "embedded": False, "bytes": 0, "where": "", "next_step": ""}
    try:
        files = _files_of(offer)
    except ContractError as error:
        return {**row, "state": "broken", "next_step": str(error)}
    places = [place for place in map(find, files) if place is not None]
    if not files:
        return {**row, "embedded": True}
    row["bytes"] = sum(file.size for file in files)
    if len(places) < len(files):
        return {**row, "state": "missing", "next_step": f"benchkit data fetch {offer.item.name}"}
    return {**row, "state": "found", "where": ", ".join(sorted({str(place.parent) for place in places}))}


def _report(name: str, file: RemoteFile, action: Any) -> bool:
    """Do ``action`` on one file and say how it went; the other files still have their turn."""
    from benchkit.errors import DataError

    try:
        path = action(file)
    except DataError as error:
        click.echo(f"{name}: wrong: {error}", err=True)
        return False
    click.echo(f"{name}: ok: {path}")
    return True
