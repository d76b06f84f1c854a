"""The exclusive lane, with real processes: while one is timed, all others stand still, and then go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from isolation_helpers import state, until

from benchkit.runner.isolation import lane as lane_module
from benchkit.runner.isolation.home import Home
from benchkit.runner.isolation.lane import Lane, lane_folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

BUSY = "while True: pass"


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[list[Home]]:
    """Three homes, each with a process that computes all the time."""
    homes = [Home(tmp_path / "lane" / str(number)) for number in range(3)]
    processes = [subprocess.Popen([sys.executable, "-S", "-c", BUSY]) for _ in homes]
    try:
        for home, process in zip(homes, processes, strict=True):
            home.create()
            home.pid = process.pid
        yield homes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def stands(home: Home) -> bool:
    """Whether a worker's process is stopped."""
    assert home.pid is not None
    return state(home.pid) == "T"


def runs_again(home: Home) -> bool:
    """Whether a worker's process goes on, sooner or later, and its home says so."""
    return until(lambda: not stands(home)) and not home.is_paused


def test_the_others_stand_still_while_one_holds_the_lane(workers: list[Home]) -> None:
    """Every other process is stopped and the holder's is not; when the lane is left, all go on."""
    mine, *others = workers
    with Lane(mine) as lane:
        assert all(until(lambda home=home: stands(home)) for home in others)
        assert not stands(mine)
        assert lane.kept
    assert all(runs_again(home) for home in workers)


def test_the_clocks_of_the_others_stand_still_meanwhile(workers: list[Home]) -> None:
    """What they are measured by excludes the pause; the holder's clock goes on."""
    mine, other, _ = workers
    with Lane(mine):
        own, before = mine.clock(), other.clock()
        time.sleep(0.2)
        own, after = mine.clock() - own, other.clock() - before
    assert own >= 0.2
    assert after < own / 2
    going = other.clock()
    time.sleep(0.05)
    assert other.clock() - going >= 0.05


def test_the_others_go_on_when_the_holder_raises(workers: list[Home]) -> None:
    """Whatever ends the timing ends the standstill, and the lane is free."""
    mine, *others = workers
    with pytest.raises(ValueError, match="while timed"), Lane(mine):
        raise ValueError("while timed")
    assert all(runs_again(home) for home in others)
    with Lane(others[0]):
        assert until(lambda: stands(mine))


def test_a_lane_is_given_up_when_it_was_held_for_too_long(workers: list[Home], monkeypatch: pytest.MonkeyPatch) -> None:
    """The others go on, it counts as shared, and it can be held anew."""
    mine, *others = workers
    lane = Lane(mine)
    with lane:
        lane.watch()
        assert lane.kept
        assert all(home.is_paused for home in others)
        monkeypatch.setattr(lane_module, "LONGEST", 0.0)
        lane.watch()
        assert not lane.kept
        assert all(runs_again(home) for home in others)
    with lane:
        assert lane.kept
        assert all(until(lambda home=home: stands(home)) for home in others)


def test_without_others_a_lane_is_exclusive_however_long_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody stands still, so nobody has to be let go."""
    home = Home(tmp_path / "lane" / "0")
    home.create()
    monkeypatch.setattr(lane_module, "LONGEST", 0.0)
    with Lane(home) as lane:
        lane.watch()
        assert lane.kept


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # a worker of pytest-xdist has two threads
def test_a_worker_whose_suspender_died_is_rescued(workers: list[Home]) -> None:
    """Its own driver lets it go on, but not while the lane is held by somebody who lives."""
    mine, other, _ = workers
    with Lane(mine):
        Lane(other).rescue()
        assert other.is_paused
        assert until(lambda: stands(other))
    suspender = os.fork()
    if suspender == 0:
        Lane(mine).__enter__()
        os._exit(0)
    os.waitpid(suspender, 0)
    assert other.is_paused
    Lane(other).rescue()
    assert runs_again(other)


def test_a_rescuer_lets_nobody_go_on_who_was_not_suspended(workers: list[Home]) -> None:
    """A process that somebody else stopped, for reasons of his own, stays stopped."""
    home = workers[0]
    assert home.pid is not None
    os.kill(home.pid, signal.SIGSTOP)
    assert until(lambda: stands(home))
    Lane(home).rescue()
    assert stands(home)


def test_nobody_passes_the_turnstile_while_the_lane_is_held(workers: list[Home]) -> None:
    """New work begins when the timing is over; so does the next timing."""
    mine, other, third = workers
    passed = threading.Event()
    timed = threading.Event()

    def pass_through() -> None:
        Lane(other).turnstile()
        passed.set()

    def time_too() -> None:
        with Lane(third):
            timed.set()

    waiting = [threading.Thread(target=each) for each in (pass_through, time_too)]
    with Lane(mine):
        for thread in waiting:
            thread.start()
        assert not passed.wait(0.2)
        assert not timed.is_set()
    for thread in waiting:
        thread.join(20)
    assert passed.is_set()
    assert timed.is_set()
    assert all(runs_again(home) for home in workers)


def test_a_worker_that_ended_is_no_obstacle(workers: list[Home]) -> None:
    """A process that is gone, or was never begun, is passed over; the others stand still all the same."""
    mine, other, gone = workers
    gone.pid = 2**22 + 1
    with Lane(mine):
        assert until(lambda: stands(other))
        assert not gone.is_paused
    gone.pid = None
    with Lane(mine) as lane:
        assert lane.kept
        assert not gone.is_paused


def test_each_run_has_a_lane_of_its_own(tmp_path: Path) -> None:
    """Folders of two runs differ and lie below the one that was named."""
    assert lane_folder(tmp_path, "a") != lane_folder(tmp_path, "b")
    assert lane_folder(tmp_path, "a").parent == tmp_path
