"""``benchkit anomalies``: a picture with examples of each anomaly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchkit.cli.common import offline_option, plugin_options, registry_from

if TYPE_CHECKING:
    from benchkit.report.sheet import SheetRow


@click.command("anomalies")
@click.option("--dataset", metavar="NAME|PATH", help="Data set, or a path to your own images.  [default: as for run]")
@click.option("-a", "--anomalies", multiple=True, metavar="PATTERN", help="Name, glob or group.  [default: as for run]")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the anomalies.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where to write the picture (PNG)."
)
@offline_option
@plugin_options
def command(
    dataset: str | None,
    anomalies: tuple[str, ...],
    seed: int,
    out: Path,
    plugin_files: tuple[Path, ...],
    plugin_rules: tuple[str, ...],
) -> None:
    """Draw ten examples of each anomaly below ten normal images, made and rounded as in a run.

    Where an anomaly cannot be made, its row says why.
    """
    import torch

    from benchkit.registry import select_anomalies, select_dataset
    from benchkit.report.sheet import sheet_rows
    from benchkit.runner import DEFAULT_DATASET
    from benchkit.runner.protocol import prepare

    registry = registry_from(plugin_files, plugin_rules)
    chosen = select_anomalies(registry, anomalies)
    data = prepare(select_dataset(registry, dataset or DEFAULT_DATASET).item, torch.device("cpu"))
    _save(sheet_rows(data, chosen, seed=seed), out)
    click.echo(f"benchkit: the sheet is in {out}", err=True)


def _save(rows: list[SheetRow], out: Path) -> None:
    from benchkit.report.sheet import sheet
    from benchkit.results.atomic import write_atomically

    picture = sheet(rows)
    write_atomically(out, lambda file: picture.save(file, format="PNG"))
