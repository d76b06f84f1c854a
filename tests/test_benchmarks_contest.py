"""Contestants timed in turns: the order, the arithmetic, and what pytest-benchmark gets."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from contest import Contest, Contestant, torch_threads

ROOT = Path(__file__).parents[1]
CPU = torch.device("cpu")


class Clock:
    """A clock that stands still until somebody works."""

    def __init__(self) -> None:
        self.now = 0.0
        self.order: list[str] = []

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def work(self, name: str, *seconds: float) -> Callable[[], None]:
        """Return what takes these seconds, one after the other, the last of them for ever."""
        durations: Iterator[float] = iter(seconds)
        last = seconds[-1]

        def run() -> None:
            self.order.append(name)
            self.now += next(durations, last)

        return run


def contest(clock: Clock, rows: dict[str, Contestant], *, rounds: int = 3, **settings: object) -> Contest:
    """Return a contest without pauses on this clock."""
    return Contest(rows, rounds=rounds, device=CPU, clock=clock, pause=0.0, **settings)  # type: ignore[arg-type]


def test_a_round_has_every_contestant_once() -> None:
    """Whoever is asked about first: all are warmed up, then all have a round, then all have the next."""
    clock = Clock()
    found = contest(clock, {name: Contestant(clock.work(name, 1.0), "") for name in "ab"}, rounds=2)
    assert found.seconds("b") == [1.0, 1.0]
    assert clock.order == ["a", "b", "a", "b", "a", "b"]
    assert found.seconds("a") == [1.0, 1.0]
    assert len(clock.order) == 6


def test_a_ratio_is_one_of_medians_over_the_rounds_that_both_had() -> None:
    """With the lowest and the highest ratio of a round; who has one round only is compared in that one."""
    clock = Clock()
    rows = {
        "one": Contestant(clock.work("one", 9.0, 1.0, 2.0, 4.0), ""),
        "other": Contestant(clock.work("other", 9.0, 3.0, 4.0, 6.0), "", against="one"),
        "long": Contestant(clock.work("long", 5.0), "", against="one", rounds=1, warm_up=False),
    }
    found = contest(clock, rows)
    assert found.ratio("other", "one") == (4.0 / 2.0, 1.5, 3.0)
    assert found.ratio("long", "one") == (5.0, 5.0, 5.0)


def test_of_several_calls_a_round_takes_the_mean_and_the_first_is_not_timed() -> None:
    """What the contestant before has done to the caches is paid for by a call that nobody times."""
    clock = Clock()
    rows = {"a": Contestant(clock.work("a", 100.0, 1.0, 2.0, 3.0), "", warm_up=False)}
    assert contest(clock, rows, rounds=1, calls=3).seconds("a") == [2.0]


def test_a_contestant_may_tell_its_seconds_itself() -> None:
    """A bound is computed from a rate: a float that is returned is taken for the seconds."""
    clock = Clock()
    assert contest(clock, {"bound": Contestant(lambda: 0.25, "")}, rounds=2).seconds("bound") == [0.25, 0.25]


def test_one_that_fails_fails_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """The others are timed; whoever asks about it gets its own error."""

    def fail() -> None:
        raise LookupError("no such layer")

    clock = Clock()
    found = contest(clock, {"bad": Contestant(fail, ""), "good": Contestant(clock.work("good", 1.0), "")})
    assert found.seconds("good") == [1.0, 1.0, 1.0]
    with pytest.raises(LookupError, match="no such layer"):
        found.seconds("bad")
    assert capsys.readouterr().err.count("LookupError: no such layer") == 1


def test_what_a_contestant_returned_is_kept_where_it_is_wanted() -> None:
    """So that two ways can be compared by more than their time."""
    rows = {"a": Contestant(lambda: "scores", "")}
    assert contest(Clock(), rows, keep=True).result("a") == "scores"


def test_threads_are_put_back() -> None:
    """A contestant of one thread leaves torch as it was, also when it fails."""
    before, inside = torch.get_num_threads(), []

    def fail() -> None:
        with torch_threads(1):
            inside.append(torch.get_num_threads())
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fail()
    assert (inside, torch.get_num_threads()) == ([1], before)


SUITE = """
import torch
from contest import Contest, Contestant, in_turns, replayed
import pytest

TIMES = iter([0.5, 0.25, 9.0, 1.0, 0.75, 2.0])
CONTEST = Contest(
    {
        "ours": Contestant(lambda: next(TIMES), "our way", share_of=("bound",), share_aim=(">=", 0.4), warm_up=False),
        "bound": Contestant(lambda: next(TIMES), "nothing is faster", against="ours", aim=("<=", 1.0), warm_up=False),
    },
    rounds=3, device=torch.device("cpu"), pause=0.0,
)

@in_turns("a group")
@pytest.mark.parametrize("row", ["ours", "bound"])
def test_it(benchmark, row):
    CONTEST.report(benchmark, row)

@pytest.mark.benchmark(group="another")
def test_without_the_clock(benchmark):
    with pytest.raises(RuntimeError, match="mark the test with in_turns"):
        CONTEST.report(benchmark, "ours")
"""


def test_pytest_benchmark_gets_the_seconds_that_were_measured(tmp_path: Path) -> None:
    """To the last bit, with row, ratios and aims beside them; a test that forgot the clock is told so."""
    (tmp_path / "test_suite.py").write_text(SUITE)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "test_suite.py",
        "--benchmark-only",
        "--benchmark-json",
        "out.json",
    ]
    options = ["-o", f"pythonpath={ROOT / 'benchmarks'}", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {one["name"]: one for one in json.loads((tmp_path / "out.json").read_text())["benchmarks"]}
    ours, bound = found["test_it[ours]"], found["test_it[bound]"]
    assert ours["stats"]["data"] == [0.5, 9.0, 0.75]
    assert bound["stats"]["data"] == [0.25, 1.0, 2.0]
    assert ours["group"] == "a group"
    told = ours["extra_info"]
    assert (told["row"], told["what"], told["device"]) == ("ours", "our way", "cpu")
    assert (told["share"], told["share_of"]) == (pytest.approx(1.0 / 0.75), "bound")
    assert told["aim"] == {"of": "share", "at": ">=", "value": 0.4}
    assert bound["extra_info"]["ratio"] == pytest.approx(1.0 / 0.75)
    assert (bound["extra_info"]["ratio_low"], bound["extra_info"]["ratio_high"]) == (1.0 / 9.0, 2.0 / 0.75)
