"""``benchkit compare``: is HEAD better, the same or worse than BASE, and may a gate pass?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from benchkit.cli.runs import find_run, results_option
from benchkit.cli.tolerances import tolerances_option, with_rules_of_file

if TYPE_CHECKING:
    from benchkit.compare.comparison import Comparison

# Stands here as well as in benchkit.compare.formats, which imports pandas: `benchkit compare --help` need not pay.
FORMATS = ("text", "github", "json", "junit")

_OTHER_FORMS = ", its run.json, git:REVISION:PATH, a JSON file of pytest-benchmark,"

Only = Literal["quality", "speed"]


@click.command("compare")
@click.argument("base")
@click.argument("head")
@results_option
@click.option(
    "--fail-on", "rules", multiple=True, metavar="RULE",
    help="METRIC:LIMIT[@DETECTOR[/ANOMALY]]: what fails. By default auroc:-0.01 and images_per_second:-7.5%.",
)  # fmt: skip
@tolerances_option
@click.option("--only", type=click.Choice(("quality", "speed")), help="Leave the other out.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to write it."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to a file; the screen shows the text."
)
@click.option(
    "--summary", type=click.Path(dir_okay=False, path_type=Path), envvar="GITHUB_STEP_SUMMARY",
    help="Append Markdown to a file; by default to $GITHUB_STEP_SUMMARY where it is set.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Compare what is not comparable too, and mark it.")
@click.option("--strict", is_flag=True, help="AMBIGUOUS fails as well.")
@click.option("--subset", is_flag=True, help="HEAD was made of a part of BASE: cells without a row there do not fail.")
def command(
    base: str, head: str, results: Path, rules: tuple[str, ...], only: Only | None, form: str, out: Path | None,
    summary: Path | None, force: bool, strict: bool, subset: bool,
) -> None:  # fmt: skip
    """Compare two runs cell by cell, in quality and in speed, and say what fails.

    BASE and HEAD are ids or folders of runs, git:REVISION:PATH of one in an earlier commit, or two JSON files of
    pytest-benchmark. Exit status: 0 nothing fails; 1 something does; 2 the request was wrong, as a rule that guards
    nothing; 3 not comparable: another protocol, or for speed another machine.
    """
    from benchkit.compare.comparing import compare
    from benchkit.compare.formats import render

    rules = with_rules_of_file(click.get_current_context(), rules)
    old, new = _side(base, results), _side(head, results)
    found = compare(old, new, rules=rules, only=only, force=force, strict=strict, subset=subset)
    click.echo(render(found, "text" if out else form), nl=False)
    if out:
        _write(out, render(found, form))
    if summary:
        _append(summary, found)
    sys.exit(found.exit_status)


def _side(text: str, results: Path) -> str:
    """Return what stands for one side in the comparison; a run's id becomes the path of its folder."""
    if text.startswith("git:"):
        return text
    found = find_run(text, results, by="compare", also=_OTHER_FORMS)
    return text if found == Path(text) else str(found)  # messages name a path as it was given


def _write(out: Path, text: str) -> None:
    from benchkit.results.atomic import write_atomically

    write_atomically(out, lambda file: file.write(text.encode("utf-8", errors="replace")))


def _append(path: Path, found: Comparison) -> None:
    """Other steps write to the same summary, so nothing that stands there is replaced."""
    from benchkit.compare.formats import render

    with path.open("a", encoding="utf-8", errors="replace") as file:
        file.write(render(found, "github"))
