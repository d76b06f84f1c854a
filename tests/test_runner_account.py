"""What a run has cost: cells counted by how they ended, seconds by what they were for, over every go."""

from __future__ import annotations

from collections import Counter

import pytest
from store_helpers import cell

from benchkit.runner import RunSettings
from benchkit.runner.account import Account, added
from benchkit.runner.group import Outcome
from benchkit.runner.report import GroupReport

ALONE = RunSettings()
MANY = RunSettings(jobs=4)


def report(*statuses: str, busy: float = 0.0, **seconds: float) -> GroupReport:
    """Return the report of a group."""
    return GroupReport([Outcome(cell(status=status)) for status in statuses], seconds, busy)


def test_cells_are_counted_by_how_they_ended() -> None:
    """Those of an earlier go count as well."""
    account = Account(ALONE, Counter(ok=3, timeout=1))
    account.book(report("ok", "failed"))
    account.book(report("ok"))
    assert account.closing({})["cells"] == {"ok": 5, "timeout": 1, "failed": 1}


def test_seconds_add_up_by_kind() -> None:
    """Two groups' fits are one sum; what kinds there are is what there was."""
    account = Account(MANY)
    account.book(report(fit=1.0, score=0.25))
    account.book(report(fit=0.5, generate=2.0))
    seconds = account.closing({})["seconds"]
    assert (seconds["fit"], seconds["score"], seconds["generate"]) == (1.5, 0.25, 2.0)


def test_loading_is_booked_from_the_beginning() -> None:
    """It is part of the wall time, and is no kind of useful work."""
    account = Account(ALONE)
    account.book_load()
    seconds = account.closing({})["seconds"]
    assert 0 <= seconds["load"] <= seconds["wall"]
    assert seconds["overhead"] == seconds["wall"]


@pytest.mark.parametrize(("settings", "overhead"), [(MANY, 2.0), (RunSettings(jobs=2), 2.0)])
def test_overhead_is_what_busy_workers_did_beside_their_work(settings: RunSettings, overhead: float) -> None:
    """With several workers the busy seconds are theirs, not those of the wall."""
    account = Account(settings)
    account.book(report(busy=6.0, fit=3.0, timing=1.0, generate=1.5))
    seconds = account.closing({})["seconds"]
    assert seconds["overhead"] == overhead
    assert seconds["overhead_share"] == pytest.approx(overhead / 6.0, abs=1e-4)


@pytest.mark.parametrize("settings", [ALONE, RunSettings(jobs=1)])
def test_one_process_is_busy_while_the_wall_time_lasts(settings: RunSettings) -> None:
    """Whatever passes between the groups is overhead too."""
    account = Account(settings)
    account.book(report(busy=1000.0))
    seconds = account.closing({})["seconds"]
    assert seconds["overhead"] == seconds["wall"] < 1000


def test_a_second_go_adds_to_the_first() -> None:
    """Kinds are added up one by one; the share is that of both together, not a sum of shares."""
    first = {"fit": 6.0, "wall": 10.0, "overhead": 4.0, "overhead_share": 0.4}
    both = added(first, {"fit": 1.0, "score": 1.0, "wall": 2.0, "overhead": 0.0, "overhead_share": 0.0})
    assert both == {"fit": 7.0, "score": 1.0, "wall": 12.0, "overhead": 4.0, "overhead_share": 0.3333}


@pytest.mark.parametrize("before", [None, {}, "nonsense"])
def test_a_run_that_said_nothing_of_its_seconds_has_those_of_this_go(before: object) -> None:
    """One that was killed at once left none."""
    more = {"fit": 1.0, "wall": 2.0, "overhead": 1.0, "overhead_share": 0.5}
    assert added(before, more) == more
