"""A supervisor: which worker may be asked for what, and what it is told when the data or the worker are not right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from toy_plugins import ToyImages

import benchkit
from benchkit.errors import DataError
from benchkit.runner.isolation.death import Death
from benchkit.runner.isolation.home import Home, Stage
from benchkit.runner.isolation.lane import Lane
from benchkit.runner.isolation.supervisor import Supervisor
from benchkit.runner.isolation.worker import Spent
from benchkit.runner.throughput import Timing


class Box:
    """A sandbox without a process: answers come from a list, errors among them are raised."""

    def __init__(self, folder: Path, *answers: Any) -> None:
        home = Home(folder / "0")
        home.create()
        self.lane = Lane(home)
        self.is_fresh = True
        self.answers = list(answers)
        self.calls: list[str] = []

    def call(self, function: Callable[..., Any], *args: Any, limit: float | None = None) -> Any:
        """Give the next answer."""
        self.is_fresh = False
        self.calls.append(function.__name__)
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            self.is_fresh = isinstance(answer, Death)
            raise answer
        return answer


def loaded(checksum: str = "right") -> Any:
    """Return what a load tells."""
    return SimpleNamespace(checksum=checksum)


def supervisor(box: Box) -> Supervisor:
    """Return the supervisor of a box."""
    return Supervisor(box, ToyImages(), None)  # type: ignore[arg-type]


def test_data_are_loaded_once_a_process(tmp_path: Path) -> None:
    """A worker that has them is not asked again; one that took its place is."""
    box = Box(tmp_path, loaded(), loaded())
    watch = supervisor(box)
    watch.load()
    watch.prepare("right")
    assert box.calls == ["load"]
    box.is_fresh = True
    watch.prepare("right")
    watch.prepare("right")
    assert box.calls == ["load", "load"]


def test_other_data_than_the_runs_are_refused(tmp_path: Path) -> None:
    """Whether the worker is new or was there from the beginning: no cell is made of them."""
    watch = supervisor(Box(tmp_path, loaded("wrong"), loaded("right")))
    watch.load()
    for _ in range(2):
        with pytest.raises(DataError, match=r"got data with checksum wrong .*expected right"):
            watch.prepare("right")


def test_a_load_that_failed_is_tried_again(tmp_path: Path) -> None:
    """The worker lives, but has no data: it is not asked for a fit before it has."""
    box = Box(tmp_path, DataError("the network is gone"), loaded())
    watch = supervisor(box)
    with pytest.raises(DataError, match="network"):
        watch.load()
    watch.prepare("right")
    assert box.calls == ["load", "load"]


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (
            Death("crashed", "was ended by SIGSEGV", Stage("load", "toy"), 1.0, ""),
            DataError,
            "'toy': load: got a worker",
        ),
        (TypeError("cannot pickle it"), DataError, "cannot pickle it.*--jobs 0"),
        (benchkit.UsageError("no such device"), benchkit.UsageError, "^no such device$"),
    ],
)
def test_what_keeps_data_from_being_loaded_is_told(
    error: Exception, kind: type[Exception], said: str, tmp_path: Path
) -> None:
    """A death, or an object that can't be sent, names the data set; benchkit's own errors pass."""
    with pytest.raises(kind, match=said):
        supervisor(Box(tmp_path, error)).load()


@pytest.mark.parametrize(("kept", "lane"), [(True, "exclusive"), (False, "shared")])
def test_a_row_says_whether_its_lane_was_its_own(kept: bool, lane: str, tmp_path: Path) -> None:
    """Where the others had to be let go meanwhile, the timing counts as shared."""
    box = Box(tmp_path, (Timing({"timing_lane": "exclusive", "batch_size": 8}), Spent({}, 1.0)))
    answer = box.call

    def call(*args: Any, **options: Any) -> Any:
        box.lane.kept = kept
        return answer(*args, **options)

    box.call = call  # type: ignore[method-assign]
    timing, _ = supervisor(box).time()
    assert timing.columns == {"timing_lane": lane, "batch_size": 8}


def test_what_was_not_timed_has_no_lane(tmp_path: Path) -> None:
    """A detector that failed while it was timed gets no word about a lane."""
    box = Box(tmp_path, (Timing({"group_seconds": 2.0}, ("failed", "it failed")), Spent({}, 1.0)))
    timing, _ = supervisor(box).time()
    assert "timing_lane" not in timing.columns


def test_the_lane_is_free_after_a_death_in_it(tmp_path: Path) -> None:
    """The next one can be timed."""
    box = Box(tmp_path, Death("timeout", "was ended", Stage("timing"), 1.0, ""))
    with pytest.raises(Death):
        supervisor(box).time()
    box.lane.turnstile()
