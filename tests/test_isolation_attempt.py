"""One fit group through a worker: whatever ends the worker, every anomaly has one cell that says what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_plugins import Brighter, Brightness, ToyImages, ToyView

from benchkit.contract import Detector
from benchkit.errors import DataError
from benchkit.registry import Offer
from benchkit.runner.blank import Frame, cells_of
from benchkit.runner.group import Outcome
from benchkit.runner.isolation.attempt import Assignment, attempt
from benchkit.runner.isolation.death import Death
from benchkit.runner.isolation.home import Stage
from benchkit.runner.isolation.worker import Assessed, Spent
from benchkit.runner.plan import Task
from benchkit.runner.report import GroupReport, Lost
from benchkit.runner.throughput import Timing

FRAME = Frame("base", "quantile:0.95", 0.5, {"device": "cpu", "device_name": "a processor", "threads": 1})
NAMES = ("dim", "bright", "glaring")
WELL = Timing({"images_per_second": 100.0, "group_seconds": 3.0, "timing_lane": "exclusive"})


def task(**changes: Any) -> Task:
    """Return a task of three anomalies on a view."""
    anomalies = tuple(Offer(Brighter(name=name), "toys", "", "") for name in NAMES)
    views = {"columns": Offer(ToyView(), "toys", "", "")}
    return replace(Task(Offer(ToyImages(), "toys", "", ""), None, 0, (), anomalies, views), **changes)


def assignment(detector: Detector | None = None, *, lost: Lost | None = None, **changes: Any) -> Assignment:
    """Return one detector's group."""
    offer = Offer(detector or Brightness(view="columns"), "toys", "toy-shop", "1.0")
    return Assignment(task(**changes), offer, lost or Lost(), FRAME, "checksum")


PRINTED = "benchkit: printed by brightness (toy, all classes normal, seed 0):\n"


def death(kind: str, of: str = "", *, status: str = "crashed", seconds: float = 2.0) -> Death:
    """Return a death in a stage."""
    return Death(status, "was ended by SIGSEGV", Stage(kind, of), seconds, f"last words of {kind}\n")  # type: ignore[arg-type]


@dataclass
class Scripted:
    """A supervisor whose worker does what was written down for it: an error is raised, None is done well."""

    assessments: list[Exception | None] = field(default_factory=list)
    timings: list[Exception | None] = field(default_factory=list)
    preparations: list[Exception | None] = field(default_factory=list)
    many: list[Exception | None] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    status: str = "ok"
    renewed: bool = False

    def prepare(self, checksum: str) -> None:
        """Take the next preparation."""
        assert checksum == "checksum"
        _next(self.preparations)

    def fit_ahead(self, tasks: tuple[Task, ...], offer: Offer[Detector]) -> Spent:
        """Take the next fit of many."""
        self.asked.append(("ahead", *(str(each.seed) for each in tasks)))
        _next(self.many)
        return Spent({"fit": 4.0}, 5.0)

    def assess(self, task: Task, offer: Offer[Detector]) -> Assessed:
        """Take the next assessment."""
        self.asked.append(tuple(each.item.name for each in task.anomalies))
        _next(self.assessments)
        cells = cells_of(task, offer, FRAME, self.status, "")  # type: ignore[arg-type]
        return Assessed([Outcome(replace(cell, group_seconds=1.0)) for cell in cells], Spent({"fit": 1.0}, 1.5))

    def time(self) -> tuple[Timing, Spent]:
        """Take the next timing."""
        self.asked.append(("timing",))
        _next(self.timings)
        return WELL, Spent({"timing": 0.5}, 0.5)

    def renew(self) -> None:
        """Note that the worker was ended."""
        self.renewed = True

    def said(self) -> str:
        """Say something."""
        return "said\n"


def _next(script: list[Exception | None]) -> None:
    if script and (error := script.pop(0)):
        raise error


def by_anomaly(report: GroupReport) -> dict[str, Any]:
    """Return the cells by their anomaly: one for each, of the right detector."""
    cells = {outcome.cell.anomaly: outcome.cell for outcome in report.outcomes}
    assert len(cells) == len(report.outcomes)
    assert {cell.detector for cell in cells.values()} == {"brightness"}
    return cells


def done(script: Scripted, **changes: Any) -> GroupReport:
    """Attempt the group."""
    return attempt(assignment(**changes), script)  # type: ignore[arg-type]


def test_a_group_that_goes_well_is_scored_then_timed() -> None:
    """Its cells hold what timing adds; seconds and busy time of both steps add up; nothing is lost."""
    script = Scripted()
    report = done(script)
    cells = by_anomaly(report)
    assert set(cells) == {*NAMES}
    assert {(cell.status, cell.images_per_second, cell.timing_lane) for cell in cells.values()} == {
        ("ok", 100.0, "exclusive")
    }
    assert script.asked == [NAMES, ("timing",)]
    assert (report.seconds, report.busy) == ({"fit": 1.0, "timing": 0.5}, 2.0)
    assert report.text == f"{PRINTED}said\n"
    assert report.lost == Lost()


def test_a_group_that_scored_nothing_is_not_timed() -> None:
    """There is no number whose speed could be told."""
    script = Scripted(status="failed")
    assert {cell.status for cell in by_anomaly(done(script)).values()} == {"failed"}
    assert ("timing",) not in script.asked


@pytest.mark.parametrize(
    ("kind", "status"), [("fit", "timeout"), ("score", "crashed"), ("metrics", "oom"), ("", "oom")]
)
def test_a_death_of_the_detector_is_told_in_all_its_cells(kind: str, status: str) -> None:
    """Plugin, distribution, detector, group, stage, seconds and last words; the worker's time is booked."""
    script = Scripted([death(kind, "brightness", status=status)])
    report = done(script)
    for cell in by_anomaly(report).values():
        assert (cell.status, cell.group_seconds) == (status, 2.0)
        assert "plugin 'toys' (toy-shop 1.0): detector 'brightness' (toy, all classes normal, seed 0)" in cell.reason
        assert f"last words of {kind}".strip() in cell.reason
    assert (report.busy, report.seconds) == (2.0, {kind or "start": 2.0})
    assert report.text == f"{PRINTED}last words of {kind}\nsaid\n"
    assert report.lost == Lost()
    assert script.renewed == (status == "oom")


def test_an_anomaly_that_ends_the_worker_costs_its_own_cell() -> None:
    """The group is tried again without it, and others are warned of it."""
    script = Scripted([death("generate", "dim", status="timeout"), death("generate", "glaring"), None])
    report = done(script)
    cells = by_anomaly(report)
    assert {name: cell.status for name, cell in cells.items()} == {
        "dim": "timeout", "bright": "ok", "glaring": "crashed",
    }  # fmt: skip
    assert "anomaly 'dim' (toy, all classes normal, seed 0): generate: got" in cells["dim"].reason
    assert script.asked == [NAMES, ("bright", "glaring"), ("bright",), ("timing",)]
    assert set(report.lost.anomalies) == {"dim", "glaring"}


def test_what_others_lost_is_not_tried_again() -> None:
    """A known anomaly is left out from the beginning; with a known view the worker is not even asked."""
    script = Scripted()
    cells = by_anomaly(done(script, lost=Lost(anomalies={"dim": ("timeout", "it slept"), "unknown": ("oom", "-")})))
    assert (cells["dim"].status, cells["dim"].reason) == ("timeout", "it slept")
    assert cells["bright"].status == cells["glaring"].status == "ok"
    assert set(cells) == {*NAMES}
    assert script.asked[0] == ("bright", "glaring")
    script = Scripted()
    cells = by_anomaly(done(script, lost=Lost(views={"toy-view": ("crashed", "it died")})))
    assert {(cell.status, cell.reason) for cell in cells.values()} == {("crashed", "it died")}
    assert script.asked == []


def test_a_detector_without_anomalies_is_not_fitted() -> None:
    """When nobody can make any of them, the worker is not asked."""
    script = Scripted()
    cells = by_anomaly(done(script, lost=Lost(anomalies=dict.fromkeys(NAMES, ("oom", "too large")))))
    assert {(cell.status, cell.reason) for cell in cells.values()} == {("oom", "too large")}
    assert script.asked == []


def test_a_view_that_ends_the_worker_is_named_and_remembered() -> None:
    """Its detectors' cells say that it was the view."""
    report = done(Scripted([death("view", "toy-view")]))
    assert {cell.status for cell in by_anomaly(report).values()} == {"crashed"}
    assert all("view 'toy-view' (toy, all classes normal, seed 0): view: got" in c.cell.reason for c in report.outcomes)
    assert report.lost.views == {"toy-view": ("crashed", report.outcomes[0].cell.reason)}


def test_a_death_while_a_view_is_looked_through_is_the_detectors_own() -> None:
    """It may have used up the time or the memory itself: nobody else's rows are given up for it."""
    report = done(Scripted([death("view", status="timeout")]))
    assert all(
        "detector 'brightness' (toy, all classes normal, seed 0): view: got" in c.cell.reason for c in report.outcomes
    )
    assert {cell.status for cell in by_anomaly(report).values()} == {"timeout"}
    assert report.lost == Lost()


def test_a_death_while_timed_keeps_what_was_scored() -> None:
    """The cells are typed, and their group has taken both steps' seconds."""
    report = done(Scripted(timings=[death("timing", "brightness", status="timeout", seconds=4.0)]))
    for cell in by_anomaly(report).values():
        assert (cell.status, cell.group_seconds, cell.timing_lane) == ("timeout", 5.0, "")
        assert "timing: got" in cell.reason or "timing of brightness: got" in cell.reason
    assert report.busy == 5.5


def test_an_error_while_timed_fails_the_group_and_not_the_run() -> None:
    """Such as a plugin's own Ctrl-C, which comes back from the worker as an error."""
    report = done(Scripted(timings=[RuntimeError("KeyboardInterrupt was raised in the worker process")]))
    assert {cell.status for cell in by_anomaly(report).values()} == {"failed"}
    assert all("KeyboardInterrupt" in outcome.cell.reason for outcome in report.outcomes)


def test_data_that_cannot_be_loaded_again_fail_the_group_and_not_the_run() -> None:
    """A worker that was replaced may meet data that are gone, or others."""
    report = done(Scripted(preparations=[DataError("the disk is gone")]))
    assert {cell.status for cell in by_anomaly(report).values()} == {"failed"}
    assert all("the disk is gone" in outcome.cell.reason for outcome in report.outcomes)


@dataclass(frozen=True)
class Homebound(Brighter):
    """Cannot be sent to another process."""

    def __reduce__(self) -> NoReturn:
        raise TypeError("I stay at home")


@dataclass(frozen=True)
class HomeboundDetector(Brightness):
    """Cannot be sent either."""

    def __reduce__(self) -> NoReturn:
        raise TypeError("I stay at home")


def test_an_anomaly_that_cannot_be_sent_costs_its_own_cell() -> None:
    """The others are done without it."""
    anomalies = (*task().anomalies[:2], Offer(Homebound(name="glaring"), "toys", "", ""))
    script = Scripted([TypeError("I stay at home")])
    cells = by_anomaly(done(script, anomalies=anomalies))
    assert {name: cell.status for name, cell in cells.items()} == {"dim": "ok", "bright": "ok", "glaring": "failed"}
    assert "I stay at home" in cells["glaring"].reason
    assert script.asked == [NAMES, ("dim", "bright"), ("timing",)]


def test_a_detector_that_cannot_be_sent_fails_with_what_would_help() -> None:
    """Its cells name the error and --jobs 0; it is tried once."""
    script = Scripted([TypeError("I stay at home")])
    cells = by_anomaly(done(script, detector=HomeboundDetector()))
    assert {cell.status for cell in cells.values()} == {"failed"}
    assert all("TypeError: I stay at home" in cell.reason and "--jobs 0" in cell.reason for cell in cells.values())
    assert len(script.asked) == 1


def test_a_worker_is_sent_nothing_that_the_group_does_not_need() -> None:
    """No other detector and no other view: what others need may not be sendable."""
    other = Offer(HomeboundDetector(), "toys", "", "")
    seen: list[Task] = []

    class Watching(Scripted):
        def assess(self, task: Task, offer: Offer[Detector]) -> Assessed:
            seen.append(task)
            return super().assess(task, offer)

    done(Watching(), detectors=(other,), views={**task().views, "toy-pixels": Offer(ToyView(), "toys", "", "")})
    assert [len(each.detectors) for each in seen] == [1]
    assert list(seen[0].views) == ["columns"]


deaths = st.one_of(
    st.none(),
    st.builds(
        lambda kind, of: lambda: death(kind, of), st.sampled_from(["", "load", "fit", "view", "metrics"]), st.just("x")
    ),
    st.builds(lambda of: lambda: death("generate", of), st.sampled_from([*NAMES, "nobody", ""])),
    st.just(lambda: ValueError("benchkit's or a plugin's")),
)


@given(scripts=st.tuples(*[st.lists(deaths, max_size=5)] * 3))
def test_every_anomaly_has_one_cell_whatever_happens(scripts: tuple[list[Callable[[], Exception] | None], ...]) -> None:
    """Any deaths and errors in any order: the attempt ends, raises nothing, and no cell is lost or doubled."""
    lists = [[make() if make else None for make in script] for script in scripts]
    cells = by_anomaly(done(Scripted(*lists)))
    assert set(cells) == {*NAMES}
    assert all(cell.status == "ok" or cell.reason for cell in cells.values())


def together(script: Scripted) -> GroupReport:
    """Attempt a group that begins a series of three seeds."""
    tasks = tuple(task(seed=seed) for seed in range(3))
    return attempt(replace(assignment(), together=tasks), script)  # type: ignore[arg-type]


def test_a_series_is_fitted_before_its_first_group() -> None:
    """All its tasks at once, each without what this detector does not need; its seconds are the group's to tell."""
    script = Scripted()
    report = together(script)
    assert script.asked == [("ahead", "0", "1", "2"), NAMES, ("timing",)]
    assert report.seconds == {"fit": 5.0, "timing": 0.5}
    assert report.busy == 7.0


@pytest.mark.parametrize("error", [death("fit", "brightness"), RuntimeError("cannot be sent")])
def test_a_series_that_cannot_be_fitted_at_once_is_done_one_by_one(error: Exception) -> None:
    """Nobody loses a cell by it, and what was printed and spent until then is told."""
    script = Scripted(many=[error])
    report = together(script)
    assert {cell.status for cell in by_anomaly(report).values()} == {"ok"}
    assert script.asked[1:] == [NAMES, ("timing",)]
    assert report.lost == Lost()
