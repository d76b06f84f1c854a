"""The command line: argument parsing and printing only; the work is in the layers below.

Commands are imported when they are asked for, and import torch and pandas when they run, so that
``benchkit --help`` answers at once.
"""

from __future__ import annotations

import importlib
import io
import os
import signal
import sys

import click

from benchkit import __version__
from benchkit.errors import BenchkitError, Unsupported

_COMMANDS = {
    "run": "Run detectors against anomalies and print the leaderboard.",
    "score": "Score your own images with one detector.",
    "export-view": "Write what a view shows of a data set's images to a file.",
    "table": "Print the leaderboard of runs that are there already.",
    "plot": "Draw pictures of runs for a paper: curves, histograms, galleries, latent spaces.",
    "report": "Make one HTML page of a run: leaderboard, curves, images, provenance.",
    "history": "Show how a metric of each detector moved from run to run.",
    "new": "Write a new plugin: a distribution that installs, runs and passes its tests.",
    "plugins": "List what plugins offer, and what is wrong with them.",
    "compare": "Compare two runs cell by cell, and fail on a real loss.",
    "verify": "Compute the numbers of stored runs again, and name each row that does not agree.",
    "check": "Check whether plugins keep the promises that benchkit relies on.",
    "data": "List, fetch and verify data sets.",
    "anomalies": "Draw a sheet of examples of each anomaly.",
}

_INTERRUPTED = 130  # what shells report of a command that Ctrl-C ended


class _LazyGroup(click.Group):
    """Imports ``benchkit.cli.<name>_command`` when the command is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"benchkit.cli.{cmd_name.replace('-', '_')}_command").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by the lines above, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="benchkit")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def benchkit(debug: bool) -> None:
    """Run every anomaly detector against every kind of anomaly, and tabulate how well and how fast.

    Exit status: 0 done; 1 something failed; 2 the request was wrong; 3 not comparable; 130 stopped by Ctrl-C.
    """
    if debug:
        os.environ["BENCHKIT_DEBUG"] = "1"


def main() -> None:
    """Run the command line; turn a BenchkitError into one paragraph and its exit status."""
    # Before torch is loaded. A thread that waits for another by spinning takes the processor from the very one it
    # waits for as soon as the machine has other work: training then takes ten to thirty times as long. Sleeping at
    # once costs a third on an idle machine; a short spin costs neither.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    _fill_missing_streams()
    _print_what_can_be_printed()
    _end_as_ctrl_c_does()
    try:
        sys.exit(benchkit(standalone_mode=False))  # what --help and their like end with; None for a command
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort as error:
        click.echo(" ".join(f"benchkit: stopped by Ctrl-C. {error.__cause__ or ''}".split()), err=True)
        sys.exit(_INTERRUPTED)
    except (BenchkitError, Unsupported, OSError) as error:
        if os.environ.get("BENCHKIT_DEBUG"):
            sys.excepthook(type(error), error, error.__traceback__)
        click.echo(f"benchkit: {_paragraph(error)}", err=True)
        sys.exit(getattr(error, "exit_status", 1))


def _fill_missing_streams() -> None:
    """Give numbers 0 to 2 to nobody else: a pipe that got one of them would take what a worker process prints."""
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(handle)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for as long as the process


def _print_what_can_be_printed() -> None:
    """Print a question mark for what the stream's encoding lacks: an arrow where a code page of Windows has none."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _end_as_ctrl_c_does() -> None:
    """End cleanly also by the signals with which schedulers, containers and terminals end a process."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # `nohup` ignores one on purpose
            signal.signal(number, signal.default_int_handler)


def _paragraph(error: Exception) -> str:
    if not isinstance(error, OSError):
        return str(error)
    return (  # such as a full disk behind `> table.txt`: files of benchkit's own have better words
        f"reading or writing: got {type(error).__name__}: {error}; expected files, and a place for what is printed, "
        "that can be read and written. What a run had stored is kept; --debug shows the traceback."
    )
