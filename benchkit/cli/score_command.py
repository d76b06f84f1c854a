"""``benchkit score``: a detector's verdict on one's own images."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchkit.cli.common import offline_option, plugin_options, registry_from
from benchkit.cli.config import config_option, parse_changes, set_option, with_its_line
from benchkit.errors import UsageError

if TYPE_CHECKING:
    from benchkit.report.scoring import Scoring

_CLASSES = re.compile(r"\s*([0-9]{1,9})(?:\s*-\s*([0-9]{1,9}))?\s*", re.ASCII)
_MOST_CLASSES = 100_000


@click.command("score")
@click.argument("images", nargs=-1, metavar="IMAGES...")
@click.option("-d", "--detector", required=True, metavar="NAME[@VIEW]", help="The detector.")
@click.option("--dataset", metavar="NAME|PATH", help="On whose training images it is fitted.  [default: as for run]")
@click.option(
    "--polarity",
    default="auto",
    show_default=True,
    help="auto: invert what has a bright ground where the data set's is dark, and the other way round; keep; invert.",
)
@click.option("--normal-labels", metavar="N,N-N,…", help="Classes that are normal, such as 7.  [default: all]")
@click.option("--held-out", metavar="N,N-N,…", help="Classes that are not normal.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the fit.")
@click.option("--threshold", default="quantile:0.95", show_default=True, help="quantile:Q or zscore:K.")
@set_option
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N or mps.")
@click.option("--sort", "by_score", is_flag=True, help="The most anomalous first.")
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Only the N most anomalous.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write them to FILE.csv or FILE.json.",
)
@click.option(
    "--gallery",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.png",
    help="Draw the first 100 of them, with their reconstructions where the detector makes any.",
)
@config_option
@offline_option
@plugin_options
def command(plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], **options: Any) -> None:
    """Fit a detector as a run does, and score your own IMAGES with it.

    IMAGES are PNG and JPEG files of any size, folders and patterns of them, IDX files (.gz or not) and .txt
    files in the text form `label ** p0 p1 …`. They are made like the data set's images: grey, of its size, on
    a ground as dark or bright; standard error says what was done. A score above the threshold is anomalous.
    Exit status 1 when a file could not be read; the others are scored all the same.
    """
    for name in ("out", "gallery"):
        _check_place(name, options[name])
    with with_its_line():
        scoring = _score(plugin_files, plugin_rules, options)
    _check_inputs_stay(scoring, options)
    _print(scoring)
    _write(scoring, options)
    sys.exit(1 if scoring.refused else 0)


def _check_place(name: str, path: Path | None) -> None:
    """Refuse what cannot be written before anything is fitted for it."""
    if path is None:
        return
    if name == "out":
        from benchkit.report.scoring_files import check_scoring_file

        check_scoring_file(path)
    elif path.suffix.lower() != ".png":
        raise UsageError(f"--gallery: got {path}; expected a file that ends in .png. Call it so.")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"--{name}: got {path}; expected a folder that is there. Make {path.parent} first.")


def _check_inputs_stay(scoring: Scoring, options: dict[str, Any]) -> None:
    """Refuse to write over a picture that was scored."""
    given = {Path(image.file).resolve() for image in scoring.images}
    for name in ("out", "gallery"):
        if options[name] is not None and options[name].resolve() in given:
            raise UsageError(f"--{name}: got {options[name]}, which is one of the pictures; expected another file.")


def _score(plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], options: dict[str, Any]) -> Scoring:
    from benchkit.report.gallery import MOST_SHOWN
    from benchkit.report.scoring import score_images
    from benchkit.runner import DEFAULT_DATASET, RunSettings

    return score_images(
        registry_from(plugin_files, plugin_rules),
        options["images"],
        dataset=options["dataset"] or DEFAULT_DATASET,
        detector=options["detector"],
        settings=RunSettings(seeds=(options["seed"],), device=options["device"], threshold=options["threshold"]),
        changes=parse_changes(options["changes"]),
        normal_labels=parse_classes(options["normal_labels"], "--normal-labels"),
        held_out=parse_classes(options["held_out"], "--held-out"),
        polarity=options["polarity"],
        top=options["top"],
        by_score=options["by_score"],
        reconstructions=MOST_SHOWN if options["gallery"] else 0,
    )


def parse_classes(text: str | None, option: str) -> frozenset[int]:
    """Return the classes in a text such as ``7`` or ``0-4,6``; none where there is no text.

    Raises:
        UsageError: it is of another form.
    """
    found: set[int] = set()
    for part in text.split(",") if text is not None else ():
        match = _CLASSES.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not first <= last < first + _MOST_CLASSES:
            raise UsageError(f"{option}: got {text!r}; expected classes and ranges joined by commas, such as 0-4,6.")
        found |= set(range(first, last + 1))
    return frozenset(found)


def _print(scoring: Scoring) -> None:
    from benchkit.report.scoring_text import as_text, remarks

    click.echo(as_text(scoring))
    for line in remarks(scoring):
        click.echo(f"benchkit: {line}", err=True)


def _write(scoring: Scoring, options: dict[str, Any]) -> None:
    from benchkit.report.gallery import write_gallery
    from benchkit.report.scoring_files import write_scoring

    if options["out"] is not None:
        write_scoring(scoring, options["out"])
        click.echo(f"benchkit: the scores are in {options['out']}", err=True)
    if options["gallery"] is not None:
        write_gallery(scoring, options["gallery"])
        click.echo(f"benchkit: the gallery is in {options['gallery']}", err=True)
