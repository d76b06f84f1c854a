"""How often the gate on speed is right: real runs of two detectors, of which one is slowed by a known share.

From the repository's root, about ten minutes: ``.venv/bin/python benchmarks/simulate_speed.py``. Each try makes two
runs, by ``benchkit run`` in processes of their own: BASE, and HEAD, where one of the two detectors is slowed, by turns.
They are timed in turns with each other (``--beside``), or one after the other (``--apart``). Then the code of
``benchkit compare`` judges HEAD at each tolerance. The table goes to stdout, each try's ratios to stderr.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchkit.compare.speed import TimedRun, judge_runs
from benchkit.compare.tolerance import parse_rules
from benchkit.results import read_run, read_timings

BENCHKIT = str(Path(sys.executable).with_name("benchkit"))
PLUGIN = Path(__file__).with_name("slowed.py")
DETECTORS = ("slowed-network", "slowed-neighbour")
TOLERANCES = (5.0, 7.5, 10.0)
VERDICTS = ("SLOWER", "SAME", "AMBIGUOUS", "FASTER")


@dataclass(frozen=True)
class Found:
    """What one comparison said of one detector at one tolerance.

    Attributes:
        detector: its row.
        case: ``unchanged`` or ``slowed``.
        tolerance: in percent of the speed.
        verdict: what became of it.
        ratio: HEAD's speed divided by BASE's.
    """

    detector: str
    case: str
    tolerance: float
    verdict: str
    ratio: float


def main() -> None:
    """Run every try and print the tables."""
    chosen = _arguments()
    found: list[Found] = []
    for number in range(chosen.tries):
        with tempfile.TemporaryDirectory(prefix="benchkit-speed-") as folder:
            latest = list(_one_try(Path(folder), number, chosen))
        found += latest
        print(f"try {number + 1}:", *_ratios(latest), file=sys.stderr, flush=True)
    print(f"{chosen.tries} tries, {'one run after the other' if chosen.apart else 'in turns'}, ", end="")
    print(
        f"{chosen.seconds:g} s of timing, threads: {chosen.threads}; slowed by {chosen.slowed:.0%} of its own work.\n"
    )
    print("\n".join(_table(found, chosen.tolerances)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Hold the gate on speed against runs whose change is known.")
    parser.add_argument("--tries", type=int, default=20, help="how often (20)")
    parser.add_argument("--apart", action="store_true", help="one run after the other, not in turns")
    parser.add_argument("--seconds", type=float, default=3.0, help="timing budget of each detector (3)")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch (1)")
    parser.add_argument("--slowed", type=float, default=0.15, help="share of the work that is done twice (0.15)")
    parser.add_argument(
        "--tolerances", type=float, nargs="+", default=TOLERANCES, help="percent of the speed that may be lost"
    )
    return parser.parse_args()


def _one_try(folder: Path, number: int, chosen: argparse.Namespace) -> Iterator[Found]:
    slowed = DETECTORS[number % len(DETECTORS)]
    base, head = folder / "base", folder / "head"
    _run([(base, ""), (head, slowed)], chosen)
    for tolerance in chosen.tolerances:
        yield from _compared(base, head, slowed, tolerance)


def _run(runs: Sequence[tuple[Path, str]], chosen: argparse.Namespace) -> None:
    """Make each run; unless they are to be apart, at the same time."""
    processes: list[subprocess.Popen[bytes]] = []
    for folder, slowed in runs:
        command = [*_command(folder, chosen), *(["--set", f"{slowed}.again={chosen.slowed}"] if slowed else [])]
        environment = {**os.environ, "OMP_NUM_THREADS": str(chosen.threads)}
        processes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment))
        if chosen.apart:
            processes[-1].wait()
    if any(process.wait() for process in processes):
        raise RuntimeError("a run failed; its messages stand above")


def _command(folder: Path, chosen: argparse.Namespace) -> list[str]:
    beside = [] if chosen.apart else ["--beside", str(folder.parent / "meet")]
    return [
        *(BENCHKIT, "run", "--offline", "--no-scores", "--plugin", str(PLUGIN), "-d", "slowed-*", "-a", "noise-1"),
        *("--timing-seconds", str(chosen.seconds), "--timing-noise", "0"),  # no timing ends before its time
        *("--out", str(folder.parent), "--name", folder.name, *beside),
    ]


def _compared(base: Path, head: Path, slowed: str, tolerance: float) -> Iterator[Found]:
    tolerances = parse_rules([f"images_per_second:-{tolerance}%"])
    sides = [TimedRun(read_run(folder), read_timings(folder)) for folder in (base, head)]
    for each in judge_runs(sides[0], sides[1], tolerances):  # not the whole compare: it refuses a gate of busy timings
        ratio = np.nan if each.difference is None else each.difference
        case = "slowed" if each.detector == slowed else "unchanged"
        yield Found(each.detector, case, tolerance, each.verdict, ratio)


def _ratios(found: Sequence[Found]) -> Iterator[str]:
    """Yield the ratios of one try; they are the same at each tolerance."""
    first = found[0].tolerance
    for each in found:
        if each.tolerance == first:
            yield f"{each.detector} {each.case} × {each.ratio:.3f}"


def _table(found: Sequence[Found], tolerances: Sequence[float]) -> Iterator[str]:
    yield f"| detector | HEAD | tolerance | {' | '.join(VERDICTS)} | ratio of speeds: median | lowest | highest |"
    yield "|---|---|" + "--:|" * (len(VERDICTS) + 4)
    for case in ("unchanged", "slowed"):
        for tolerance in tolerances:
            here = [each for each in found if (each.case, each.tolerance) == (case, tolerance)]
            for detector in DETECTORS:
                yield _line(detector, [each for each in here if each.detector == detector], case, tolerance)
            yield _line("both", here, case, tolerance)


def _line(detector: str, found: Sequence[Found], case: str, tolerance: float) -> str:
    counts = Counter(each.verdict for each in found)
    ratios = [each.ratio for each in found if not np.isnan(each.ratio)] or [np.nan]  # of a busy machine there is none
    shown = [f"{value:.3f}" for value in (np.median(ratios), min(ratios), max(ratios))]
    numbers = [str(counts[verdict]) for verdict in VERDICTS]
    return f"| {' | '.join([detector, case, f'{tolerance:g} %', *numbers, *shown])} |"


if __name__ == "__main__":
    main()
