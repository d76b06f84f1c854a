"""Being written."""

import click


@click.command("anomalies")
def command() -> None:
    """Being written."""
