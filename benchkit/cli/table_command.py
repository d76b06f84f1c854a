"""``benchkit table``: leaderboards from stored runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchkit.cli.colour import wants_colour
from benchkit.cli.runs import find_run, results_option

if TYPE_CHECKING:
    from benchkit.report import Leaderboard
    from benchkit.results import StoredRun

# These stand here as well as in benchkit.report, which imports pandas: `benchkit table --help` need not pay for that.
FORMATS = ("text", "github", "latex", "csv", "json", "html")
POSTHOC = ("nemenyi", "wilcoxon-holm")


@click.command("table")
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to write it."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file instead of the screen.")
@results_option
@click.option(
    "--posthoc",
    type=click.Choice(POSTHOC),
    default="nemenyi",
    show_default=True,
    help="The test that tells detectors apart, after Friedman's.",
)
@click.option(
    "--critical-difference",
    "diagram",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw the mean ranks and groups too, as .svg, .png or .pdf.",
)
@click.option(
    "--columns",
    metavar="NAME,…",
    help="What to show, such as auroc,f1,images_per_second,limit; a wrong name lists all.  "
    "[default: auroc,ranks,precision,speed,members]",
)
def command(
    runs: tuple[str, ...],
    form: str,
    out: Path | None,
    results: Path,
    posthoc: str,
    diagram: Path | None,
    columns: str | None,
) -> None:
    """Make leaderboards: detectors × anomalies in AUROC, ranks, precision and speed.

    RUN is a run's id or its folder; without one, the latest run is taken. Several runs are put together: where data
    set, protocol and kind of device are the same, in one ranking.
    """
    from benchkit.report import leaderboards, render

    if diagram is not None:
        _check_picture(diagram)
    stored = _read(runs, results)
    for note in (note for run in stored for note in run.notes):
        click.echo(f"benchkit: note: {note}", err=True)
    boards = leaderboards(stored, posthoc=posthoc, columns=columns)
    if diagram is not None:
        _draw(boards, diagram)
    text = render(boards, form, colour=out is None and wants_colour())
    if out is None:
        click.echo(text, nl=False)
    else:
        _write(out, text)


def _check_picture(diagram: Path) -> None:
    from benchkit.report.diagram import check_picture

    check_picture(diagram)


def _draw(boards: list[Leaderboard], diagram: Path) -> None:
    from benchkit.report.diagram import write_diagram

    write_diagram(boards, diagram)


def _read(runs: tuple[str, ...], results: Path) -> list[StoredRun]:
    from benchkit.results import latest_run, read_run

    paths = [find_run(run, results, by="table") for run in runs] or [latest_run(results)]
    return [read_run(path) for path in paths]


def _write(out: Path, text: str) -> None:
    from benchkit.results.atomic import write_atomically

    write_atomically(out, lambda file: file.write(text.encode("utf-8", errors="replace")))
