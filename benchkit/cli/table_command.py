"""Being written."""

import click


@click.command("table")
def command() -> None:
    """Being written."""
