"""Worker processes as an executor: errors reach whoever waits, one worker's trouble is not the others', and an end."""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from isolation_helpers import has_ended, until
from toy_plugins import Brighter, Brightness, ToyImages, ToyView

from benchkit.errors import DataError
from benchkit.registry import Offer
from benchkit.runner import RunSettings
from benchkit.runner.agenda import Agenda
from benchkit.runner.blank import Frame, cells_of
from benchkit.runner.group import Outcome
from benchkit.runner.isolation import crew as crew_module
from benchkit.runner.isolation.attempt import Assignment
from benchkit.runner.isolation.crew import Crew, remove_abandoned_lanes
from benchkit.runner.isolation.home import Home
from benchkit.runner.plan import Task
from benchkit.runner.report import GroupReport, Lost

FRAME = Frame("base", "quantile:0.95", 0.5, {"device": "cpu", "device_name": "a processor", "threads": 1})
SMALL = ToyImages(n_train=60, n_test=40)
VIEWS = {"columns": Offer(ToyView(), "toys", "", "")}


def settings(jobs: int) -> RunSettings:
    """Return quick settings."""
    return RunSettings(jobs=jobs, device="cpu", timing_seconds=0.01)


def agenda(*detectors: Brightness, n: int = 0) -> Agenda:
    """Return the agenda of one task with one anomaly, for these detectors or for ``n`` of them."""
    given = detectors or [Brightness(name=f"d-{number}") for number in range(n)]
    offers = tuple(Offer(each, "toys", "", "") for each in given)
    anomalies = (Offer(Brighter(), "toys", "", ""),)
    return Agenda([Task(Offer(SMALL, "toys", "", ""), None, 0, offers, anomalies, VIEWS)])


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give crews a temporary folder of their own."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


class Hand:
    """A supervisor without a process; what its load does is given."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self.load = load
        self.closed = threading.Event()

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed.set()


def well() -> Any:
    """Return what a load returns, as far as a crew looks at it."""
    return SimpleNamespace(frame=FRAME, checksum="checksum")


def do_well(assignment: Assignment, supervisor: Any) -> GroupReport:
    """Do a group well."""
    cells = cells_of(assignment.task, assignment.offer, assignment.frame, "ok", "")
    return GroupReport([Outcome(cell) for cell in cells])


@pytest.fixture
def hire(monkeypatch: pytest.MonkeyPatch, scratch: Path) -> Iterator[Callable[..., tuple[Crew, list[Hand]]]]:
    """Return a function that makes a crew of hands; it is closed at the end."""
    hired: list[Crew] = []

    def make(*loads: Callable[[], Any], attempt: Callable[..., GroupReport] = do_well) -> tuple[Crew, list[Hand]]:
        hands = [Hand(load) for load in loads]
        waiting = iter(hands)
        monkeypatch.setattr(crew_module, "make_supervisor", lambda *_: next(waiting))
        monkeypatch.setattr(crew_module, "attempt", attempt)
        hired.append(Crew(SMALL, settings(len(loads)), ()))
        return hired[-1], hands

    yield make
    for crew in hired:
        crew.close()


def names(reports: list[GroupReport]) -> list[str]:
    """Return whose cells they are."""
    return sorted(outcome.cell.detector for report in reports for outcome in report.outcomes)


def test_every_group_is_reported_once(hire: Callable[..., tuple[Crew, list[Hand]]]) -> None:
    """Whoever does it."""
    crew, _ = hire(well, well, well)
    loaded = crew.load()
    assert names(list(crew.reports(agenda(n=20), loaded))) == sorted(f"d-{number}" for number in range(20))


def test_a_load_error_reaches_whoever_waits(hire: Callable[..., tuple[Crew, list[Hand]]]) -> None:
    """It is raised as it is; closing afterwards closes every worker."""

    def fail() -> NoReturn:
        raise DataError("no images")

    crew, hands = hire(fail, fail)
    with pytest.raises(DataError, match="no images"):
        crew.load()
    crew.close()
    assert all(hand.closed.is_set() for hand in hands)


def test_a_worker_that_cannot_load_takes_no_group(hire: Callable[..., tuple[Crew, list[Hand]]]) -> None:
    """The others do all of them, and the run is told that there is one worker less."""
    first_has_loaded = threading.Event()

    def fail_later() -> NoReturn:
        first_has_loaded.wait(20)
        raise DataError("the network is gone")

    crew, hands = hire(well, fail_later)

    def attempt(assignment: Assignment, supervisor: Any) -> GroupReport:
        assert supervisor is hands[0]
        return do_well(assignment, supervisor)

    crew_module.attempt = attempt  # type: ignore[assignment]  # hire has it put back
    loaded = crew.load()
    first_has_loaded.set()
    reports = list(crew.reports(agenda(n=5), loaded))
    assert len(names(reports)) == 5
    assert "one worker less: the network is gone" in "".join(report.text for report in reports)


def test_a_fault_of_benchkits_own_reaches_the_caller(hire: Callable[..., tuple[Crew, list[Hand]]]) -> None:
    """It is raised where the reports are waited for, and nobody waits for ever."""

    def stumble(*_: object) -> NoReturn:
        raise LookupError("a bug")

    crew, _ = hire(well, well, attempt=stumble)
    loaded = crew.load()
    with pytest.raises(LookupError, match="a bug"):
        list(crew.reports(agenda(n=5), loaded))


def test_what_one_group_lost_the_next_one_knows(hire: Callable[..., tuple[Crew, list[Hand]]]) -> None:
    """A view that ended a worker is not tried by the next detector that looks there."""
    seen: list[Lost] = []

    def lose(assignment: Assignment, supervisor: Any) -> GroupReport:
        seen.append(assignment.lost)
        return GroupReport([], lost=Lost(views={"toy-view": ("crashed", "it died")}))

    crew, _ = hire(well, attempt=lose)
    loaded = crew.load()
    list(crew.reports(agenda(n=2), loaded))
    assert [dict(lost.views) for lost in seen] == [{}, {"toy-view": ("crashed", "it died")}]


def test_a_crew_that_did_nothing_can_be_closed(scratch: Path) -> None:
    """Before it has loaded, and twice; nothing was left behind."""
    crew = Crew(SMALL, settings(3), ())
    crew.close()
    crew.close()
    assert list(scratch.iterdir()) == []


@dataclass(frozen=True)
class Patient(Brightness):
    """Says which process it is in, and fits until it is ended."""

    note: str = ""

    def fit(self, normal: Any, *, seed: int) -> NoReturn:
        """Wait for ever."""
        Path(self.note).write_text(str(os.getpid()))
        while True:
            signal.pause()


def blocked(pid: int, number: int) -> bool:
    """Whether a process has a signal blocked."""
    (mask,) = re.findall(r"^SigBlk:\s*([0-9a-f]+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return bool(int(mask, 16) >> (number - 1) & 1)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
def test_closing_ends_real_groups_at_once(scratch: Path, tmp_path: Path) -> None:
    """The worker ends in the middle of a fit, no other is begun, whoever waits goes on, and nothing is left.

    Until then it is deaf to Ctrl-C, which a terminal sends to all processes.
    """
    notes = [tmp_path / f"note-{number}" for number in range(2)]
    detectors = [Patient(name=f"patient-{n}", view="columns", note=str(note)) for n, note in enumerate(notes)]
    crew, reports = Crew(SMALL, settings(1), ()), list[GroupReport]()
    try:
        loaded = crew.load()
        reader = threading.Thread(target=lambda: reports.extend(crew.reports(agenda(*detectors), loaded)))
        reader.start()
        assert until(lambda: notes[0].exists() and notes[0].read_text())
        assert blocked(int(notes[0].read_text()), signal.SIGINT)
    finally:
        crew.close()
    reader.join(20)
    assert not reader.is_alive()
    assert until(lambda: has_ended(int(notes[0].read_text())))
    assert names(reports) == ["patient-0"]
    assert not notes[1].exists()
    assert list(scratch.iterdir()) == []


@dataclass(frozen=True)
class Fatal(ToyImages):
    """Takes its process down instead of loading."""

    def load(self) -> NoReturn:
        """End."""
        os._exit(4)


@pytest.mark.slow
def test_data_that_end_a_real_worker_are_a_data_error(scratch: Path) -> None:
    """It names the data set and how the process ended."""
    crew = Crew(Fatal(), settings(1), ())
    try:
        with pytest.raises(DataError, match=r"'toy': load: got a worker process that ended itself with exit status 4"):
            crew.load()
    finally:
        crew.close()
    assert list(scratch.iterdir()) == []


def test_what_killed_runs_left_is_removed_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a living worker goes once it is old; a young one, and one whose worker lives, stay."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name, pid, age in (("dead", None, 7200), ("young", None, 60), ("living", os.getpid(), 7200)):
        home = Home(tmp_path / f"benchkit-{name}" / "0")
        home.create()
        home.pid = pid
        os.utime(home.folder.parent, (time.time() - age,) * 2)
    (tmp_path / "somebody-elses").mkdir()
    remove_abandoned_lanes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["benchkit-living", "benchkit-young", "somebody-elses"]
