"""SIGKILL at random moments, --resume, and again: the run that comes of it is an undisturbed run, bit for bit."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from fault_helpers import TINY, Command, lines, linux_only, same_quality, state, until

import benchkit

pytestmark = [pytest.mark.slow, linux_only]

REQUEST = ("-d", "honest-*", "-a", "brighter", "-a", "darker", "-a", "class-three", "--seeds", "2")
WORK = ("--set", "honest-*.seconds=0.2", "--jobs")
N_CELLS = 3 * 3 * 2
IDENTITY = ("dataset", "detector", "settings", "anomaly", "seed")


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody killed, and how many seconds it took."""

    folder: Path
    seconds: float


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The run that all others are held against."""
    where = tmp_path_factory.mktemp("undisturbed")
    start = time.monotonic()
    command = Command(*TINY, *REQUEST, *WORK, "1", "--name", "run", cwd=where)
    assert command.wait() == 0, command.err[-2000:]
    return Undisturbed(where / "results" / "run", time.monotonic() - start)


def begin_or_resume(folder: Path, jobs: str) -> Command:
    """Go on with the run in a folder; where a kill came before it was there, begin it."""
    where = folder.parent.parent
    if folder.exists():
        return Command("run", "--resume", str(folder), "--jobs", jobs, cwd=where)
    return Command(*TINY, *REQUEST, *WORK, jobs, "--name", folder.name, cwd=where)


def shown(folder: Path) -> str:
    """Return AUROC and precision as they are printed; above and below stand threads and times."""
    _, found, tables = benchkit.load_run(folder).table().partition("\nAUROC")
    assert found
    return tables.partition("\nSpeed")[0]


def check_whole(folder: Path, expected: Path) -> None:
    """Fail unless a run holds every cell once, and its tables and scores are the expected ones."""
    assert state(folder) == "finished"
    assert len(lines(folder)) == N_CELLS
    same_quality(folder, expected)
    assert shown(folder) == shown(expected)


def check_consistent(folder: Path) -> int:
    """Fail unless every line that a killed run left is of another cell; return their number."""
    cells = [tuple(cell[name] for name in IDENTITY) for cell in lines(folder)]
    assert len(cells) == len(set(cells))
    return len(cells)


@pytest.mark.parametrize(("jobs", "seed"), [("1", 1), ("2", 2)])
def test_ten_kills_at_random_moments_change_nothing(
    tmp_path: Path, undisturbed: Undisturbed, jobs: str, seed: int
) -> None:
    """Nothing that had ended is lost or counted twice, no worker stays, and the tables end up the same."""
    draw = random.Random(seed)
    folder = tmp_path / "results" / "run-0"
    killed: list[Command] = []
    held = 0  # cells after the last kill
    for n in range(10):
        command = begin_or_resume(folder, jobs)
        if command.ended_within(draw.uniform(0, undisturbed.seconds)):
            assert command.status == 0, command.err[-2000:]
            check_whole(folder, undisturbed.folder)
            folder, held = folder.with_name(f"run-{n + 1}"), 0
            continue
        command.kill()  # the next one does not wait until the workers have noticed
        killed.append(command)
        before, held = held, check_consistent(folder)
        assert held >= before
    last = begin_or_resume(folder, jobs)
    assert last.wait() == 0, last.err[-2000:]
    check_whole(folder, undisturbed.folder)
    for command in killed:
        assert until(command.is_alone, seconds=10), command.workers()
