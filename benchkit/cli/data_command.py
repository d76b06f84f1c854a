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


@click.group("data")
def command() -> None:
    """List, fetch and verify data sets."""


@command.command("list")
@plugin_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], as_json: bool) -> None:
    """List the data sets: embedded, found (and where) or missing (and what brings them)."""
    rows = [_describe(dataset) for dataset in _datasets(plugin_files, plugin_rules, (), quiet=as_json)]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        size = f"{row['bytes'] / 1e6:8.1f} MB" if row["bytes"] else " " * 11
        click.echo(f"{row['name']:{width}}  {row['state']:8}  {size}  {row['where'] or row['fetch']}".rstrip())


@command.command("fetch")
@plugin_options
@offline_option
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def fetch_command(plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Download the files of data sets that are not here yet, and verify them."""
    from benchkit.data import fetch

    wrong = 0
    for dataset in _datasets(plugin_files, plugin_rules, names):
        if not dataset.files():
            click.echo(f"{dataset.name}: embedded, nothing to fetch")
        wrong += sum(not _report(dataset.name, file, fetch) for file in dataset.files())
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
    for dataset in _datasets(plugin_files, plugin_rules, names):
        files = [file for file in dataset.files() if names or find(file) is not None]
        if not files:
            click.echo(f"{dataset.name}: {'not here' if dataset.files() else 'embedded'}, nothing to verify")
        wrong += sum(not _report(dataset.name, file, verify) for file in files)
    raise SystemExit(1 if wrong else 0)


def _datasets(
    plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], names: Sequence[str], *, quiet: bool = False
) -> list[Dataset]:
    """Return the data sets of these names, or all of them."""
    from benchkit.errors import UsageError, did_you_mean

    offers = registry_from(plugin_files, plugin_rules, quiet=quiet).datasets
    for name in names:
        if name not in offers:
            raise UsageError(
                f"data set {name!r}: got an unknown name; expected one of {', '.join(sorted(offers)) or '(none)'}."
                f"{did_you_mean(name, offers)} See `benchkit data list`."
            )
    return [offers[name].item for name in (names or sorted(offers))]


def _describe(dataset: Dataset) -> dict[str, Any]:
    from benchkit.data import find

    files = dataset.files()
    places = [find(file) for file in files]
    found = [place for place in places if place is not None]
    here = len(found) == len(files)
    return {
        "name": dataset.name,
        "state": "embedded" if not files else "found" if here else "missing",
        "embedded": not files,
        "bytes": sum(file.size for file in files),
        "where": ", ".join(sorted({str(place.parent) for place in found})) if here else "",
        "fetch": "" if here else f"benchkit data fetch {dataset.name}",
    }


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
