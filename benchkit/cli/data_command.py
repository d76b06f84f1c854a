"""Being written."""

import click


@click.command("data")
def command() -> None:
    """Being written."""
