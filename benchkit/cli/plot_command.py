"""``benchkit plot``: pictures of stored runs, for papers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from benchkit.cli.runs import find_run, results_option

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from benchkit.display import Piece
    from benchkit.results import StoredRun

Command = TypeVar("Command", bound=Callable[..., Any])

# These stand here as well as in benchkit.pictures, which imports pandas: `benchkit plot --help` need not pay for that.
WIDTH = 16.0
FIRST = 200
MOST_IMAGES = 12


@click.group("plot")
def command() -> None:
    """Draw pictures of stored runs for a paper: PNG, SVG or PDF.

    RUN is a run's id or its folder; without one, the latest run is taken. The same run makes the same bytes. Colours
    can be told apart by those who see few of them, and lines and marks without any.
    """


def _choice(made: Command) -> Command:
    """Add what all pictures take: the runs, which of their cells, and where the picture goes."""
    for option in reversed(
        [
            click.argument("runs", nargs=-1, metavar="[RUN]..."),
            click.option("-d", "--detectors", multiple=True, metavar="GLOB", help="Only these detectors (repeatable)."),
            click.option(
                "-a", "--anomalies", multiple=True, metavar="GLOB", help="Only these anomalies or groups (repeatable)."
            ),
            click.option("--seed", "seeds", multiple=True, type=int, help="Only this seed (repeatable)."),
            click.option(
                "--out",
                type=click.Path(dir_okay=False, path_type=Path),
                metavar="FILE",
                help="Where to draw: .png, .svg or .pdf.  [default: RUN-KIND.png here]",
            ),
            click.option(
                "--width", type=click.FloatRange(5, 100), default=WIDTH, show_default=True, help="Width in centimetres."
            ),
            click.option(
                "--dpi", type=click.IntRange(30, 1200), default=200, show_default=True, help="Dots per inch of a PNG."
            ),
            results_option,
        ]
    ):
        made = option(made)
    return made


_log = click.option("--log", is_flag=True, help="Let the y axis grow by powers of ten.")


@command.command("roc")
@_choice
@click.option(
    "--kind",
    type=click.Choice(("roc", "pr")),
    default="roc",
    show_default=True,
    help="True over false positives, or precision over recall.",
)
def roc_command(kind: str, **asked: Any) -> None:
    """ROC curves: a line a cell, its AUROC with the 95 % interval in the legend, and the line of chance."""
    from benchkit.pictures import precision_recall, roc

    _plot(kind, precision_recall if kind == "pr" else roc, **asked)


@command.command("pr")
@_choice
def pr_command(**asked: Any) -> None:
    """Precision-recall curves: a line a cell, weighted to the run's prevalence, which is the line of chance."""
    from benchkit.pictures import precision_recall

    _plot("pr", precision_recall, **asked)


@command.command("histogram")
@_choice
@click.option("--normal-curve", "curve", is_flag=True, help="Draw the normal curve of the normals' scores too.")
@_log
def histogram_command(curve: bool, log: bool, **asked: Any) -> None:
    """Histograms of normal and anomalous scores in the same bins, with each threshold: a panel a cell."""
    from benchkit.pictures import histograms

    _plot("histogram", histograms, curve=curve, log=log, **asked)


@command.command("gallery")
@_choice
@click.option(
    "--images",
    type=click.IntRange(1, MOST_IMAGES),
    help="Images of each rank.  [default: as many as have room]",
)
def gallery_command(images: int | None, **asked: Any) -> None:
    """The best, middle and worst reconstructions of one cell, above their originals; what was missed is framed.

    Without reconstructions: the least anomalous images, those in the middle and the most anomalous.
    """
    from benchkit.pictures import gallery

    _plot("gallery", gallery, images=images, **asked)


@command.command()  # under the name of the function
@_choice
@click.option("--points", type=click.IntRange(min=1), help="Anomalies to show at most.  [default: all that were kept]")
def latent(points: int | None, **asked: Any) -> None:
    """The latent space: a panel a cell, normals and anomalies on two axes."""
    from benchkit.pictures import latent_space
    from benchkit.pictures.latent import with_latent

    _plot(str(latent.name), latent_space, those=with_latent, points=points, **asked)


@command.command("errors")
@_choice
@click.option(
    "--first", type=click.IntRange(min=1), default=FIRST, show_default=True, help="Images of each kind to show."
)
@_log
def errors_command(first: int, log: bool, **asked: Any) -> None:
    """Scores by index of the first normals and anomalies, with the thresholds: a panel a cell."""
    from benchkit.pictures import errors

    _plot("errors", errors, first=first, log=log, **asked)


@command.command("pareto")
@_choice
def pareto_command(**asked: Any) -> None:
    """Mean AUROC against images per second, a point a detector, and which of them no other one beats in both."""
    from benchkit.pictures import pareto
    from benchkit.pictures.pareto import timed

    def all_told(pieces: list[Piece]) -> list[Piece]:
        for note in timed(pieces)[1]:
            click.echo(f"benchkit: note: left out: {note}", err=True)
        return pieces

    _plot("pareto", pareto, those=all_told, **asked)


@command.command("curves")
@_choice
@_log
def curves_command(log: bool, **asked: Any) -> None:
    """Learning curves: the mean training loss of each epoch, a line a fit."""
    from benchkit.pictures import curves
    from benchkit.pictures.curves import with_losses

    _plot("curves", curves, those=with_losses, log=log, **asked)


def _plot(
    kind: str,
    draw: Callable[..., Figure],
    *,
    runs: tuple[str, ...],
    detectors: tuple[str, ...],
    anomalies: tuple[str, ...],
    seeds: tuple[int, ...],
    out: Path | None,
    dpi: int,
    results: Path,
    those: Callable[[list[Piece]], list[Piece]] = list,
    **options: Any,
) -> None:
    """Choose cells, draw them and say where the picture is."""
    from benchkit.display import pieces_of
    from benchkit.pictures import check_picture, save

    if out is not None:
        check_picture(out)
    stored = _read(runs, results)
    path = out or Path(f"{stored[0].folder.resolve().name}-{kind}.png" if len(stored) == 1 else f"{kind}.png")
    check_picture(path)
    pieces = pieces_of(*stored, detectors=detectors, anomalies=anomalies, seeds=seeds)
    shown = those(pieces)
    _say_what_is_left_out(pieces, shown)
    save(draw(shown, **options), path, dpi=dpi)
    click.echo(f"benchkit: the picture is in {path}", err=True)


def _read(runs: tuple[str, ...], results: Path) -> list[StoredRun]:
    from benchkit.results import latest_run, read_run

    paths = [find_run(run, results, by="plot") for run in runs] or [latest_run(results)]
    stored = [read_run(path) for path in paths]
    for note in (note for run in stored for note in run.notes):
        click.echo(f"benchkit: note: {note}", err=True)
    return stored


def _say_what_is_left_out(pieces: list[Piece], shown: list[Piece]) -> None:
    names = {str(piece.row["detector"]) for piece in shown}
    left = sorted({str(piece.row["detector"]) for piece in pieces} - names)
    if left:
        click.echo(f"benchkit: note: left out, having nothing of the kind to show: {', '.join(left)}", err=True)
