"""``benchkit report``: one page that shows a run."""

from __future__ import annotations

from pathlib import Path

import click

from benchkit.cli.runs import find_run, results_option


@click.command("report")
@click.argument("run", required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("report"),
    show_default=True,
    metavar="DIR",
    help="Folder for the page, index.html; an earlier one in it is replaced.",
)
@click.option(
    "-d",
    "--detectors",
    multiple=True,
    metavar="PATTERN",
    help="Picture these alone (name or glob; repeatable).",
)
@click.option(
    "-a", "--anomalies", multiple=True, metavar="PATTERN", help="Picture these alone (name, group or glob; repeatable)."
)
@click.option("--seed", type=int, help="Whose fits are pictured.  [default: each pair's first]")
@results_option
def command(
    run: str | None,
    out: Path,
    detectors: tuple[str, ...],
    anomalies: tuple[str, ...],
    seed: int | None,
    results: Path,
) -> None:
    """Make one HTML page of a run: leaderboard, heat map, curves, images, provenance.

    RUN is a run's id or its folder; without one, the latest run is taken. The page needs no network and no other file:
    open it in a browser, send it, or put it on any web server. Needs the extra: pip install 'benchkit[report]'.
    """
    from benchkit.page import write_page
    from benchkit.page.choice import Choice
    from benchkit.results import latest_run, read_run

    stored = read_run(find_run(run, results, by="report") if run is not None else latest_run(results))
    for note in stored.notes:
        click.echo(f"benchkit: note: {note}", err=True)
    path = write_page(stored, out, Choice(detectors, anomalies, seed))
    click.echo(f"{path} ({path.stat().st_size / 1e6:.1f} MB): open it in a browser.")
