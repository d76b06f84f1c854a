"""Being written."""

import click


@click.command("plugins")
def command() -> None:
    """Being written."""
