"""``benchkit history``: a metric of each detector over time."""

from __future__ import annotations

from pathlib import Path

import click

from benchkit.cli.runs import find_run, results_option

# Stands here as well as in benchkit.history, which imports pandas: `benchkit history --help` need not pay for that.
FORMATS = ("text", "github", "csv", "json")


@click.command("history")
@click.argument("runs", nargs=-1, metavar="[RUN|FOLDER]...")
@click.option(
    "--metric",
    default="auroc",
    show_default=True,
    metavar="NAME",
    help="auroc, average_precision, precision, recall, f1, fpr95, accuracy, images_per_second, latency_p50_ms, …",
)
@click.option("--detector", "detectors", multiple=True, default=("*",), metavar="GLOB", help="Only these (repeatable).")
@click.option(
    "--anomaly",
    "anomalies",
    multiple=True,
    metavar="GLOB",
    help="Follow these anomalies or groups instead of the mean over the table's columns (repeatable).",
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to write it."
)
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw to FILE.svg, .png or .pdf too.")
@results_option
def command(
    runs: tuple[str, ...],
    metric: str,
    detectors: tuple[str, ...],
    anomalies: tuple[str, ...],
    form: str,
    plot: Path | None,
    results: Path,
) -> None:
    """Show how a metric of each detector moved from run to run, and where its level changed.

    RUN is a run's id or its folder, FOLDER one that holds runs; without any, all in --results are taken. Runs stand in
    the order in which they began. Only what can be compared stands in one series: another protocol begins a new one,
    and for speed another machine does.
    """
    from benchkit.history import check_plot, draw, history, read_runs, render

    if plot is not None:
        check_plot(plot)
    found = read_runs([_find(run, results) for run in runs] or [results])
    shown = history(found, metric=metric, detectors=detectors, anomalies=anomalies)
    if plot is not None:
        draw(shown, plot)
    click.echo(render(shown, form), nl=False)


def _find(run: str, results: Path) -> Path:
    """Return the run that is meant by an id or a path, or else the folder with runs."""
    is_run = (results / run / "run.json").is_file()
    if not is_run and Path(run).is_dir():
        return Path(run)
    return find_run(run, results, by="history", also=", a folder with runs,")
