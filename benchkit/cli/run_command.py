"""Being written."""

import click


@click.command("run")
def command() -> None:
    """Being written."""
