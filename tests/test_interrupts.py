"""Ctrl-C and SIGKILL for real processes: what ends when, what is kept, and that nobody is left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fault_helpers import TINY, Command, in_this_process, lines, linux_only, same_quality, state, until

pytestmark = [pytest.mark.faults, linux_only]

Start = Callable[..., Command]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a toy run named ``run``; whatever is left of it is killed at the end."""
    begun: list[Command] = []

    def begin(*arguments: str) -> Command:
        begun.append(Command(*TINY, *arguments, "--name", "run", cwd=tmp_path, HOSTILE_LOG=str(tmp_path / "log")))
        return begun[-1]

    yield begin
    for command in begun:
        command.bury()


def fits(folder: Path) -> list[str]:
    """Return the names of the detectors whose ``fit`` has begun."""
    log = folder / "log"
    names = [line.split()[0] for line in log.read_text().splitlines()] if log.exists() else []
    return [name for name in names if not name.startswith("view-")]


SLOW = {"honest-*": {"seconds": 0.3}}
PATIENT = ("-d", "honest-*", "-a", "brighter", "--seeds", "4", "--set", "honest-*.seconds=0.3")


def test_ctrl_c_once_ends_after_the_groups_that_have_begun(start: Start, tmp_path: Path) -> None:
    """Status 130, state ``interrupted``; what had begun is kept, what had not is not there, and --resume does it."""
    folder = tmp_path / "results" / "run"
    command = start(*PATIENT, "--jobs", "2")
    command.reach(lambda: len(lines(folder)) >= 2)
    command.interrupt()
    assert command.wait(30) == 130, command.err[-2000:]
    kept = lines(folder)
    assert state(folder) == "interrupted"
    assert 2 <= len(kept) < 12
    assert {cell["status"] for cell in kept} == {"ok"}
    assert len(kept) == len(fits(tmp_path))
    assert "Ctrl-C" in command.err
    assert str(len(kept)) in command.err
    assert "Traceback" not in command.err
    assert until(command.is_alone, seconds=3), command.workers()
    assert list(command.scratch.iterdir()) == []
    resumed = Command("run", "--resume", str(folder), "--jobs", "2", cwd=tmp_path)
    assert resumed.wait() == 0, resumed.err[-2000:]
    same_quality(
        folder, in_this_process(tmp_path, detectors=["honest-*"], anomalies=["brighter"], seeds=4, changes=SLOW)
    )


def test_ctrl_c_twice_ends_at_once(start: Start, tmp_path: Path) -> None:
    """A detector that sleeps for ever, without a time-out, is not waited for; what had ended is kept."""
    folder = tmp_path / "results" / "run"
    command = start("-d", "curable-fails", "-d", "fit-[ls][ol]*", "-a", "brighter", "--jobs", "2")  # none needs a cure
    command.reach(lambda: {*fits(tmp_path)} == {"curable-fails", "fit-sleeps", "fit-loops-in-c"})
    command.interrupt()
    assert not command.ended_within(1.5)
    command.interrupt()
    assert command.wait(15) == 130, command.err[-2000:]
    assert state(folder) == "interrupted"
    assert [cell["detector"] for cell in lines(folder)] == ["curable-fails"]
    assert "Traceback" not in command.err
    assert until(command.is_alone, seconds=5), command.workers()


def test_no_worker_survives_a_main_process_that_is_killed(start: Start, tmp_path: Path) -> None:
    """SIGKILL lets nobody say good-bye: looping in C or stopped, the workers end all the same."""
    detectors = ("fit-loops-in-c", "fit-stops-itself")
    command = start("-d", detectors[0], "-d", detectors[1], "-a", "brighter", "--jobs", "2")
    command.reach(lambda: {*fits(tmp_path)} == {*detectors})
    assert len(command.workers()) >= 3
    command.kill()
    assert until(command.is_alone, seconds=8), command.workers()


def test_ctrl_c_ends_a_run_whose_data_never_arrive(start: Start, tmp_path: Path) -> None:
    """Before there is a group that could be waited for, nobody is waited for; nothing is written."""
    command = start("--dataset", "load-sleeps", "-d", "honest-a", "-a", "brighter")
    command.reach(lambda: len(command.workers()) >= 2)
    assert not command.ended_within(2)
    command.interrupt()
    if not command.ended_within(15):  # one in some dozens is lost while the worker starts; people press again then
        command.interrupt()
    assert command.wait(15) == 130, command.err[-2000:]
    assert "Traceback" not in command.err
    assert until(command.is_alone, seconds=5), command.workers()
    assert not (tmp_path / "results").exists()
