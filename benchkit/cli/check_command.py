"""``benchkit check``: does a plugin keep the promises of its door?"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchkit.cli.common import plugin_options, registry_from

if TYPE_CHECKING:
    from benchkit.testing import Case, Finding

_STATES = ("passed", "failed", "unsupported", "not run")
_WIDTH = 72


@click.command("check")
@click.argument("targets", nargs=-1, required=True, metavar="NAME|FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of objects with their findings.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=300.0,
    metavar="SECONDS",
    show_default=True,
    help="End the checks of an object that take longer: a failure of the check that was under way.",
)
@click.option("--in-process", is_flag=True, help="No worker process, for debugging: no --timeout.")
@plugin_options
def command(
    targets: tuple[str, ...],
    as_json: bool,
    timeout: float,
    in_process: bool,
    plugin_files: tuple[Path, ...],
    plugin_rules: tuple[str, ...],
) -> None:
    """Check detectors, views, anomalies and data sets: a check for each promise that benchkit relies on.

    NAME is that of an object (a glob too, and NAME@VIEW), of a plugin or of a distribution, for all that it offers;
    FILE is a plugin file. No data set is needed: the images are drawn. From pytest: benchkit.testing.cases_of.

    Plugins run in a worker process: one that dies or hangs fails the check that it was in, and the next object goes on.

    What cannot be done, with a reason, is `unsupported`, and no fault. Exit status: 0 nothing failed; 1 a check failed,
    or a plugin cannot be loaded; 2 nobody has such a name, or it cannot be used here.
    """
    with _cases(targets, None if in_process else timeout, plugin_files, plugin_rules) as cases:
        objects = [list(group) for _, group in groupby(cases, key=_who)]
        found = _as_json(objects) if as_json else _as_text(objects)
    sys.exit(1 if any(finding.state == "failed" for _, finding in found) else 0)


@contextmanager
def _cases(
    targets: tuple[str, ...], timeout: float | None, files: tuple[Path, ...], rules: tuple[str, ...]
) -> Iterator[list[Case]]:
    """Yield what there is to check: in a worker process that is ended afterwards, or here where there is no limit."""
    if timeout is None:
        from benchkit.testing.targets import cases_named

        yield cases_named(targets, registry_from(files, rules, quiet=True))
        return
    from benchkit.testing.aside import Aside
    from benchkit.testing.examining import Asked

    with Aside(Asked(targets, files, rules, Path.cwd()), timeout) as aside:
        yield aside.cases()


def _who(case: Case) -> tuple[str, str, str, str, str]:
    return case.kind, case.name, case.plugin, case.distribution, case.version


def _as_json(objects: list[list[Case]]) -> list[tuple[Case, Finding]]:
    found = [[(case, case.find()) for case in cases] for cases in objects]
    keys = ("kind", "name", "plugin", "distribution", "version")
    rows = [
        {**dict(zip(keys, _who(each[0][0]), strict=True)), "findings": [_finding(*pair) for pair in each]}
        for each in found
    ]
    click.echo(json.dumps(rows, indent=2))
    return [pair for each in found for pair in each]


def _finding(case: Case, finding: Finding) -> dict[str, Any]:
    return {
        "check": case.check,
        "protects": case.protects,
        "state": finding.state,
        "said": finding.said,
        "seconds": round(finding.seconds, 3),
    }


def _as_text(objects: list[list[Case]]) -> list[tuple[Case, Finding]]:
    found: list[tuple[Case, Finding]] = []
    for cases in objects:
        kind, name, plugin, *release = _who(cases[0])
        origin = ", ".join(part for part in (plugin, " ".join(filter(None, release))) if part)
        click.echo(f"{kind} {name} ({origin})")
        these = [(case, case.find()) for case in cases]
        click.echo("\n".join([_table(these), "", *_failures(these)]))
        found += these
    click.echo(_verdict(found, len(objects)))
    return found


def _table(found: Iterable[tuple[Case, Finding]]) -> str:
    from tabulate import tabulate

    rows = [[case.check, finding.state, f"{finding.seconds:.2f}", _short(finding)] for case, finding in found]
    widths = [None, None, None, _WIDTH]
    headers = ("check", "state", "seconds", "said")
    return tabulate(
        rows, headers=headers, disable_numparse=True, colalign=("left", "left", "right", "left"), maxcolwidths=widths
    )


def _short(finding: Finding) -> str:
    return "see below" if finding.state == "failed" else finding.said


def _failures(found: Iterable[tuple[Case, Finding]]) -> Iterator[str]:
    for case, finding in found:
        if finding.state == "failed":
            yield f"FAILED {case}: protects from {case.protects}\n  {finding.said}\n"


def _verdict(found: list[tuple[Case, Finding]], objects: int) -> str:
    counts = Counter[str](finding.state for _, finding in found)
    told = ", ".join(f"{counts[state]} {state}" for state in _STATES if counts[state])
    failed = [str(case) for case, finding in found if finding.state == "failed"]
    verdict = f"FAILED: {'; '.join(failed)}" if failed else "nothing failed"
    return f"{objects} object{'s' * (objects != 1)}, {len(found)} checks: {told}. {verdict[0].upper()}{verdict[1:]}."
