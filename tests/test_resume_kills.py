"""SIGKILL at random moments, --resume, and again: the run that comes of it is an undisturbed run, bit for bit."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from fault_helpers import TINY, Command, lines, linux_only, same_quality, state, until

import benchkit

pytestmark = [pytest.mark.faults, linux_only]

ANOMALIES = ("-a", "brighter", "-a", "darker", "-a", "class-three")
REQUEST = ("-d", "honest-*", *ANOMALIES, "--seeds", "2", "--set", "honest-*.seconds=0.2")
N_CELLS = 3 * 3 * 2
IDENTITY = ("dataset", "detector", "settings", "anomaly", "seed")


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody killed.

    Attributes:
        folder: where it lies.
        start: seconds until its first fit began.
        work: seconds from there to its end.
    """

    folder: Path
    start: float
    work: float


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The run that all others are held against."""
    where = tmp_path_factory.mktemp("undisturbed")
    begun = time.monotonic()
    command = begin_or_resume(where / "results" / "run", ("--jobs", "1"), where / "log")
    command.reach((where / "log").exists)
    at_work = time.monotonic()
    assert command.wait() == 0, command.err[-2000:]
    return Undisturbed(where / "results" / "run", at_work - begun, time.monotonic() - at_work)


def begin_or_resume(folder: Path, how: tuple[str, ...], log: Path) -> Command:
    """Go on with the run in a folder; where a kill came before it was there, begin it."""
    request = ("run", "--resume", str(folder)) if folder.exists() else (*TINY, *REQUEST, "--name", folder.name)
    return Command(*request, *how, cwd=folder.parent.parent, HOSTILE_LOG=str(log))


def kill_some_time(command: Command, log: Path, draw: random.Random, like: Undisturbed) -> bool:
    """Kill a command while it starts (one time in five) or works; return whether it had not ended by itself."""
    if draw.random() < 0.2:
        moment = draw.uniform(0, like.start)
    else:
        moment = draw.uniform(0, like.work / 2)
        until(lambda: log.exists() or command.status is not None)
    if command.ended_within(moment):
        return False
    command.kill()
    return True


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


@pytest.mark.parametrize(
    ("how", "kills"), [(("--jobs", "1"), 7), (("--jobs", "2"), 7), (("--in-process",), 6)], ids=["one", "two", "none"]
)
def test_kills_at_random_moments_change_nothing(
    tmp_path: Path, undisturbed: Undisturbed, how: tuple[str, ...], kills: int
) -> None:
    """Nothing that had ended is lost or counted twice, no worker stays, and the tables end up the same."""
    draw = random.Random(" ".join(how))
    folder = tmp_path / "results" / "run-0"
    killed: list[Command] = []
    held = [0]  # cells after each kill
    for n in range(kills):
        command = begin_or_resume(folder, how, tmp_path / f"log-{n}")
        if kill_some_time(command, tmp_path / f"log-{n}", draw, undisturbed):
            killed.append(command)  # the next one does not wait until the workers have noticed
            held.append(check_consistent(folder))
            assert held[-1] >= held[-2]
        else:
            assert command.status == 0, command.err[-2000:]
            check_whole(folder, undisturbed.folder)
            folder = folder.with_name(f"run-{n + 1}")
            held.append(0)
    last = begin_or_resume(folder, how, tmp_path / "log")
    assert last.wait() == 0, last.err[-2000:]
    check_whole(folder, undisturbed.folder)
    assert any(0 < cells < N_CELLS for cells in held)
    for command in killed:
        assert until(command.is_alone, seconds=10), command.workers()
