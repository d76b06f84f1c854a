"""How often the gate on speed is right: real runs of one detector, and of the same slowed by a known share.

From the repository's root, on an idle machine, about ten minutes: ``.venv/bin/python benchmarks/simulate_speed.py``.
Each try makes three runs in turn, by ``benchkit run`` in a process of its own: BASE, HEAD unchanged, HEAD slowed. Then
the code of ``benchkit compare`` judges both HEADs at each tolerance. The tables go to stdout, each try's ratios to
stderr.
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
            latest = list(_one_try(Path(folder), chosen))
        found += latest
        print(f"try {number + 1}:", *_ratios(latest), file=sys.stderr, flush=True)
    print(f"{chosen.tries} tries, {chosen.seconds:g} s of timing, threads: {chosen.threads}; ", end="")
    print(f"slowed by {chosen.slowed:.0%} of its own work.\n")
    print("\n".join(_table(found, chosen.tolerances)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Hold the gate on speed against runs whose change is known.")
    parser.add_argument("--tries", type=int, default=20, help="how often (20)")
    parser.add_argument("--seconds", type=float, default=6.0, help="timing budget of each detector (6)")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch (1)")
    parser.add_argument("--slowed", type=float, default=0.15, help="share of the work that is done twice (0.15)")
    parser.add_argument(
        "--tolerances", type=float, nargs="+", default=TOLERANCES, help="percent of the speed that may be lost"
    )
    return parser.parse_args()


def _one_try(folder: Path, chosen: argparse.Namespace) -> Iterator[Found]:
    base = _run(folder / "base", 0.0, chosen)
    for case, share in (("unchanged", 0.0), ("slowed", chosen.slowed)):
        head = _run(folder / case, share, chosen)
        for tolerance in chosen.tolerances:
            yield from _compared(base, head, case, tolerance)


def _run(folder: Path, share: float, chosen: argparse.Namespace) -> Path:
    settings = [part for detector in DETECTORS for part in ("--set", f"{detector}.again={share}")]
    command = [BENCHKIT, "run", "--offline", "--no-scores", "--plugin", str(PLUGIN), "-d", "slowed-*", "-a", "noise-1",
               "--timing-seconds", str(chosen.seconds), "--out", str(folder.parent), "--name", folder.name]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": str(chosen.threads)}
    subprocess.run([*command, *settings], check=True, capture_output=True, env=environment)
    return folder


def _compared(base: Path, head: Path, case: str, tolerance: float) -> Iterator[Found]:
    tolerances = parse_rules([f"images_per_second:-{tolerance}%"])
    sides = [TimedRun(read_run(folder), read_timings(folder)) for folder in (base, head)]
    for each in judge_runs(sides[0], sides[1], tolerances):  # not the whole compare: it refuses a gate of busy timings
        ratio = np.nan if each.difference is None else each.difference
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
    for detector in DETECTORS:
        for case in ("unchanged", "slowed"):
            for tolerance in tolerances:
                yield _line([each for each in found if (each.detector, each.case) == (detector, case)], tolerance)


def _line(found: Sequence[Found], tolerance: float) -> str:
    here = [each for each in found if each.tolerance == tolerance]
    counts = Counter(each.verdict for each in here)
    ratios = [each.ratio for each in here if not np.isnan(each.ratio)] or [np.nan]  # of a busy machine there is none
    shown = [f"{value:.3f}" for value in (np.median(ratios), min(ratios), max(ratios))]
    numbers = [str(counts[verdict]) for verdict in VERDICTS]
    return f"| {' | '.join([here[0].detector, here[0].case, f'{tolerance:g} %', *numbers, *shown])} |"


if __name__ == "__main__":
    main()
