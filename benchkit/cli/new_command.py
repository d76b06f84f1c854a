"""``benchkit new``: writes a distribution with a plugin that works, to begin with."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("new")
@click.argument("kind", type=click.Choice(["detector", "view", "anomaly", "dataset"]))
@click.argument("name")
@click.option(
    "--into",
    default=".",
    show_default=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where the new folder is made.",
)
def command(kind: str, name: str, into: Path) -> None:
    """Write a new plugin: a folder benchkit-NAME that can be installed, with its tests, a README and a CI workflow.

    What it offers is small and works. Nothing is overwritten. What to type next is printed.
    """
    from benchkit.scaffold import names_of, next_steps, write_distribution

    names = names_of(kind, name)
    folder = write_distribution(names, into)
    click.echo(next_steps(names, folder), nl=False)
