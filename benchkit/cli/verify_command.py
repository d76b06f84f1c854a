"""``benchkit verify``: does a stored run agree with itself, with its raw scores and with the data?"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from benchkit.cli.common import plugin_options, registry_from
from benchkit.cli.runs import find_run, results_option


@click.command("verify")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@results_option
@click.option("--no-data", is_flag=True, help="Do not load the data set and compare it with the run's checksum.")
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True, help="How to write it."
)
@plugin_options
def command(
    runs: tuple[str, ...], results: Path, no_data: bool, form: str, plugin_files: tuple[Path, ...],
    plugin_rules: tuple[str, ...],
) -> None:  # fmt: skip
    """Compute every metric again and check hashes, counts, data and files of stored runs.

    RUN is a run's id, its folder or its run.json; it is only read, and nothing is downloaded. Exit status 1 when
    something disagrees: each row is named. What cannot be checked here is named too, with what that would need; it is
    not wrong.
    """
    from benchkit.verify import render, verify_runs

    paths = [find_run(run, results, by="verify") for run in runs]
    found = verify_runs(paths, registry_from(plugin_files, plugin_rules), data=not no_data)
    text = json.dumps([each.to_dict() for each in found], indent=2) + "\n" if form == "json" else render(found)
    click.echo(text, nl=False)
    sys.exit(0 if all(each.ok for each in found) else 1)
