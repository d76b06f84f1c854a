"""``benchkit export-view``: what a view shows of a data set's images, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchkit.cli.common import offline_option, plugin_options, registry_from
from benchkit.cli.config import config_option, parse_changes, set_option, with_its_line
from benchkit.errors import UsageError

if TYPE_CHECKING:
    from benchkit.runner.viewing import Seen


@click.command("export-view")
@click.option("--dataset", metavar="NAME|PATH", help="Data set, or a path to your own images.  [default: as for run]")
@click.option("--view", required=True, metavar="NAME", help="What to look through, such as layer1.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=".csv, .npz or .txt."
)
@click.option(
    "--split",
    help="train, calibration or test, as in a run; published-train: the first two together, in the data set's order.  "
    "[default: train]",
)
@click.option("-a", "--anomaly", metavar="NAME", help="Look at these anomalies instead.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N images.")
@click.option(
    "--labels",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.csv",
    help="Write the labels too, one a line.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of view and anomalies.")
@set_option
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N or mps.")
@config_option
@offline_option
@plugin_options
def command(plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], **options: Any) -> None:
    """Write what a view shows of each image to a file, one row an image.

    The view is trained on the data set's normal training images as in a run. A .csv file has no header, and its
    numbers read back as the same float32. An .npz file holds `images` or `rows`, and `labels`. A .txt file has the
    text form `label ** p0 p1 …`, for a view that shows the images as they are. All three can be read again as data
    sets: `benchkit run --dataset FILE`.
    """
    if options["anomaly"] is not None and (options["split"] or options["labels"]):
        raise UsageError("--anomaly: got --split or --labels as well; anomalies belong to no split and have no labels.")
    _check_places(options)
    with with_its_line():
        seen = _see(plugin_files, plugin_rules, options)
    _write(seen, options)


def _check_places(options: dict[str, Any]) -> None:
    """Refuse what cannot be written before anything is trained for it."""
    from benchkit.report.view_files import check_view_file

    check_view_file(options["out"])
    for name in ("out", "labels"):
        if options[name] is not None and not options[name].absolute().parent.is_dir():
            raise UsageError(f"--{name}: got {options[name]}; expected a folder that is there. Make it first.")
    if options["labels"] is not None and options["labels"].resolve() == options["out"].resolve():
        raise UsageError(f"--labels: got {options['labels']}, which is --out as well; expected two files.")


def _see(plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], options: dict[str, Any]) -> Seen:
    from benchkit.runner import DEFAULT_DATASET, RunSettings
    from benchkit.runner.viewing import SPLITS, see

    return see(
        registry_from(plugin_files, plugin_rules),
        dataset=options["dataset"] or DEFAULT_DATASET,
        view=options["view"],
        split=options["split"] or SPLITS[0],
        anomaly=options["anomaly"],
        limit=options["limit"],
        changes=parse_changes(options["changes"]),
        settings=RunSettings(seeds=(options["seed"],), device=options["device"]),
    )


def _write(seen: Seen, options: dict[str, Any]) -> None:
    from benchkit.report.view_files import write_labels, write_view

    shape = write_view(seen, options["out"])
    click.echo(
        f"benchkit: {seen.n:,} rows of {' × '.join(map(str, shape))} numbers are in {options['out']}; the view "
        f"{seen.view} was fitted on {seen.n_train:,} normal images",
        err=True,
    )
    if options["labels"] is not None:
        write_labels(seen, options["labels"])
