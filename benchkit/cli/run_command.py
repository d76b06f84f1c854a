"""``benchkit run``: every chosen detector against every chosen anomaly."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchkit.cli.colour import wants_colour
from benchkit.cli.common import offline_option, plugin_options, registry_from
from benchkit.cli.config import beside_the_file, config_option, parse_changes, parse_sweeps, set_option, with_its_line
from benchkit.cli.isolation import changed_settings, debugger, how_settings, refuse_changes, run_folder
from benchkit.cli.progress import Progress

if TYPE_CHECKING:
    from benchkit.registry import Registry
    from benchkit.runner import Plan, Request

_AS_THEY_ARE = ("device", "threshold", "prevalence", "batch_size", "timing_seconds", "timing_noise")
"""Options that are fields of the settings without a change."""


@click.command("run")
@click.option("--dataset", metavar="NAME|PATH", help="Data set, or a path to your own images.  [default: digits]")
@click.option(
    "-d",
    "--detectors",
    multiple=True,
    metavar="PATTERN",
    help="Name, glob or GLOB@VIEW (repeatable).  [default: all but those that have to be asked for, see `plugins`]",
)
@click.option(
    "-a",
    "--anomalies",
    multiple=True,
    metavar="PATTERN",
    help="Name, glob or group (repeatable).  [default: as for detectors]",
)
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave these detectors or anomalies out.")
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Repeat with N seeds.")
@set_option
@click.option(
    "--sweep",
    "sweeps",
    multiple=True,
    metavar="NAME.FIELD=VALUE,…",
    callback=beside_the_file,
    help="Put variants of a detector in its place, one a value: NAME-FIELD-VALUE. Several fields give every "
    "combination.",
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N or mps.")
@click.option(
    "--jobs",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Worker processes, here or of --executor dask.",
)
@click.option(
    "--in-process", is_flag=True, help="No worker process (--jobs 0), for debugging: no --timeout, no --memory-limit."
)
@click.option("--pdb", is_flag=True, help="Open the debugger where a plugin raises; implies --in-process.")
@click.option(
    "--timeout",
    type=float,
    metavar="SECONDS",
    help="End a fit group (fit, scores and timing of one detector) that takes longer.  [default: never]",
)
@click.option(
    "--memory-limit", metavar="SIZE", help="Memory that each worker may hold, such as 4GB.  [default: no limit]"
)
@click.option(
    "--device-memory",
    metavar="SIZE",
    help="Memory of the device for images and inputs, such as 2GB; more are brought there some at a time.  "
    "[default: what there is]",
)
@click.option(
    "--executor", default="local", show_default=True, help="local; dask, a cluster started here; or dask://HOST:PORT."
)
@click.option(
    "--beside",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Meet another run there, and be timed in turns with it: for comparing speeds on a machine that drifts.",
)
@click.option("--threshold", default="quantile:0.95", show_default=True, help="quantile:Q or zscore:K.")
@click.option("--prevalence", type=float, default=0.5, show_default=True, help="Share of anomalies to weight to.")
@click.option("--batch-size", type=int, default=1024, show_default=True, help="Images a timed batch.")
@click.option(
    "--timing-seconds",
    type=float,
    help="Timing a fitted detector takes at most so long.  [default: its share of 2, at most 0.5; of 0.5, at most 0.1, "
    "on an accelerator]",
)
@click.option(
    "--timing-noise",
    type=float,
    default=0.01,
    show_default=True,
    help="It ends when the median is sure to this share; 0: never before its time.",
)
@click.option("--batch-sizes", metavar="N,…", help="Time these sizes of batches as well, such as 1,64,1024,16384.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True, help="Results folder."
)
@click.option("--name", help="Name of the run's own folder.  [default: time and data set]")
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Do what is missing in a run's folder, such as results/NAME; --jobs, --timeout… may be given anew.",
)
@click.option(
    "--retry",
    metavar="STATUS,…",
    help="With --resume: do cells again that ended so: skipped,failed,timeout,crashed,oom.",
)
@click.option("--no-scores", is_flag=True, help="Do not keep the raw scores.")
@click.option(
    "--format", "table_format", default="text", show_default=True, help="text, github, latex, csv, json, html."
)
@click.option("--columns", metavar="NAME,…", help="What to show of it, as in `benchkit table`.")
@click.option("--dry-run", is_flag=True, help="Print the plan and what it would cost, and stop.")
@config_option
@offline_option
@plugin_options
def command(plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], **options: Any) -> None:
    """Run every chosen detector against every chosen anomaly and print the leaderboard.

    Results go to a new folder below --out: run.json, cells.jsonl and scores/. Every option can stand in
    a TOML file given with --config. Plugins run in worker processes: one that hangs or dies costs its own
    rows. Exit status 1 when a cell failed; nothing already computed is lost, --resume does the rest.
    """
    refuse_changes(click.get_current_context())
    if options["resume"]:
        options["resume"] = run_folder(options["resume"], options["out"])
    request = _recalled(options) if options["resume"] else _request(plugin_files, plugin_rules, options)
    with with_its_line():
        registry, plan = request.resolve(registry_from(tuple(request.plugin_files), tuple(request.plugin_rules)))
    if options["dry_run"]:
        click.echo(_plan_text(_left(plan, options), request, options["out"]))
        return
    folder = _carry_out(request, registry, plan, options)
    sys.exit(_report(folder, options, registry, request))


def _check_table(options: dict[str, Any]) -> None:
    """Refuse a leaderboard that cannot be made before anything is computed for it."""
    from benchkit.report import check_columns, check_format

    check_format(options["table_format"])
    check_columns(options["columns"])


def _recalled(options: dict[str, Any]) -> Request:
    from benchkit.runner import recall_request

    _check_table(options)
    return recall_request(options["resume"], changed_settings(click.get_current_context()))


def _request(plugin_files: tuple[Path, ...], plugin_rules: tuple[str, ...], options: dict[str, Any]) -> Request:
    from benchkit.runner import DEFAULT_DATASET, Request, RunSettings, batch_sizes_from, seeds_from

    _check_table(options)
    settings = RunSettings(
        seeds=seeds_from(options["seeds"]),
        save_scores=not options["no_scores"],
        batch_sizes=batch_sizes_from(options["batch_sizes"]) if options["batch_sizes"] is not None else (),
        **{key: options[key] for key in _AS_THEY_ARE},
        **how_settings(options),
    )
    return Request(
        dataset=options["dataset"] or DEFAULT_DATASET,
        detectors=options["detectors"],
        anomalies=options["anomalies"],
        exclude=options["exclude"],
        changes=parse_changes(options["changes"]),
        sweeps=parse_sweeps(options["sweeps"]),
        plugin_files=plugin_files,
        plugin_rules=plugin_rules,
        settings=settings,
    )


def _carry_out(request: Request, registry: Registry, plan: Plan, options: dict[str, Any]) -> Path:
    """Carry the plan out under a progress bar with the time left; plain when nobody watches."""
    from tqdm import tqdm

    from benchkit.runner import Earlier, Listener, conduct, resume

    retry = _retry(options)
    with (
        tqdm(total=plan.n_cells, unit="cell", disable=None, dynamic_ncols=True) as bar,
        tqdm(bar_format="{desc}", disable=None, dynamic_ncols=True, leave=False, position=1) as line,
        debugger(options["pdb"]),
    ):
        progress = Progress(bar, line)
        listener = Listener(
            on_begin=progress.begin, on_cell=progress.advance, on_work=progress.at_work, on_text=progress.say
        )
        if options["resume"]:
            return resume(request, registry, plan, earlier=Earlier(options["resume"], retry), listener=listener)
        return conduct(request, registry, plan, out=options["out"], run_id=options["name"], listener=listener)


def _retry(options: dict[str, Any]) -> tuple[str, ...]:
    from benchkit.runner import check_retry

    return check_retry(options["retry"].split(",")) if options["retry"] else ()


def _left(plan: Plan, options: dict[str, Any]) -> Plan:
    """Return what is to be done of a plan: all of it, or what a run that is resumed lacks."""
    if not options["resume"]:
        return plan
    from benchkit.runner import Earlier, tasks_left

    earlier = Earlier(options["resume"], _retry(options))
    with earlier.store:
        return replace(plan, tasks=tasks_left(plan, earlier.done))


def _report(folder: Path, options: dict[str, Any], registry: Registry, request: Request) -> int:
    """Print the leaderboard; return the exit status: 1 when rows are missing that were asked for."""
    from benchkit.report import leaderboards, render
    from benchkit.results import read_run

    run = read_run(folder)
    boards = leaderboards([run], columns=options["columns"])
    click.echo(render(boards, options["table_format"], colour=wants_colour()))
    click.echo(f"benchkit: results are in {folder}", err=True)
    bad = Counter(status for status in map(str, run.cells["status"]) if status not in ("ok", "skipped"))
    if bad:
        click.echo(f"benchkit: {_without_numbers(bad, len(run.cells), folder)}", err=True)
    patterns = [*(request.detectors or ("*",)), *(request.anomalies or ("*",))]
    by_pattern = any("*" in str(pattern) for pattern in patterns)
    lacking = bool(by_pattern and registry.problems)
    if lacking:
        click.echo(
            "benchkit: a plugin is broken or in conflict, so rows may be missing that a pattern asked for. "
            "`benchkit plugins` says which; mend it, or leave it out with -p no:NAME.",
            err=True,
        )
    return 1 if bad or lacking else 0


def _without_numbers(bad: Counter[str], cells: int, folder: Path) -> str:
    ended = ", ".join(f"{number} {status}" for status, number in bad.items())
    return (
        f"{bad.total()} of {cells} cells did not end well: {ended}; the footnotes say why. When mended: "
        f"benchkit run --resume {folder} --retry {','.join(bad)}"
    )


def _plan_text(plan: Plan, request: Request, out: Path) -> str:
    from benchkit.report import counted
    from benchkit.runner import estimate, remark_on_absent_classes

    lines = [
        f"{task.title}: {counted(len(task.detectors), 'fit')}, {counted(task.n_cells, 'cell')}" for task in plan.tasks
    ]
    lines += [
        f"detectors: {', '.join(offer.item.name for offer in plan.detectors)}",
        f"anomalies: {', '.join(offer.item.name for offer in plan.anomalies)}",
        f"in all: {counted(len(plan.tasks), 'task')}, {counted(plan.n_fits, 'fit')}, {counted(plan.n_cells, 'cell')}",
        *filter(None, [remark_on_absent_classes(plan)]),
    ]
    cost = estimate(plan, out)
    if cost is not None and len(cost.unknown) == len(plan.detectors):
        return "\n".join([*lines, f"time: unknown; the latest run, {cost.source}, holds none of these detectors"])
    if cost is None:
        return "\n".join([*lines, f"time: unknown; {out} holds no run on this data set to go by"])
    minutes = cost.seconds / 60
    unknown = f"; without {', '.join(cost.unknown)}, which it does not hold" if cost.unknown else ""
    return "\n".join(
        [*lines, f"time: about {minutes:.1f} min of fitting in one process, as measured in run {cost.source}{unknown}"]
    )
