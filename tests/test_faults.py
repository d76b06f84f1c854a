"""What strangers' plugins do to a run, as real processes: their own rows say so, and every other row is there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fault_helpers import Finished, in_this_process, lines, linux_only, same_quality, state
from hostile import IN_FIT, IN_SCORES

import benchkit

pytestmark = [pytest.mark.faults, linux_only]

TIMEOUT = 4
HONEST = ("honest-a", "honest-b", "honest-on-view")
ISOLATED = ("--timeout", str(TIMEOUT), "--memory-limit", "900MB")
ENDLESS = {
    "fit-sleeps": "fit", "fit-loops-in-c": "fit", "fit-stops-itself": "fit", "score-sleeps": "score",
    "timed-sleeps": "timing", "on-view-sleeps-1": "view", "on-view-sleeps-2": "view",
}  # fmt: skip
"""Detectors that never end, and the stage in which they do not."""

DEADLY = {
    "fit-segfaults": ("fit", "SIGSEGV"), "fit-exits": ("fit", "3"), "fit-is-killed": ("fit", "SIGKILL"),
    "fit-aborts": ("fit", "SIGABRT"), "score-segfaults": ("score", "SIGSEGV"),
    "on-view-segfaults-1": ("view", "SIGSEGV"), "on-view-segfaults-2": ("view", "SIGSEGV"),
}  # fmt: skip
"""Detectors that take their process with them: the stage, and how it ended."""

GREEDY = ("fit-allocates", "fit-raises-memory-error", "fit-asks-torch-for-too-much")
BROKEN = {
    "fit-quits": "SystemExit", "fit-says-markup": "ValueError", "fit-mutates": "changed in place",
    "score-is-nan": "NaN", "score-is-short": "floating point scores", "score-is-whole-numbers": "torch.int64",
    "score-mutates": "changed in place",
}  # fmt: skip
"""Detectors that break a promise where Python notices, and a word of what the row says."""

RUDE = ("fit-changes-globals", "fit-prints-megabytes", "fit-prints-markup", "fit-leaves-a-child", "fit-leaves-a-thread")
ODD = ("fit-closes-files", "cannot-be-sent")
"""Detectors whose rows may end one way or another, as long as they are there."""


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the honest detectors alone, in this very process."""
    where = tmp_path_factory.mktemp("honest")
    return in_this_process(where, detectors=HONEST, anomalies=["brighter", "darker"])


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A run of every detector of the plugin file, in two workers."""
    patterns = ("honest-*", "fit-*", "score-*", "timed-*", "on-view-*", "cannot-*")
    choice = [part for pattern in patterns for part in ("-d", pattern)]
    where = tmp_path_factory.mktemp("everybody")
    return Finished(where, *choice, "-a", "brighter", "-a", "darker", "--jobs", "2", *ISOLATED)


def both(run: Finished, detector: str) -> list[dict[str, Any]]:
    """Return the rows of a detector, which has to have both."""
    rows = run.rows(detector)
    assert [row["anomaly"] for row in rows] == ["brighter", "darker"], run.command.err[-2000:]
    return rows


def test_a_run_over_hostile_plugins_ends_and_says_that_rows_failed(everybody: Finished) -> None:
    """It ends by itself with status 1, finished, its table printed, and not with a traceback of its own."""
    assert everybody.command.status == 1, everybody.command.err[-2000:]
    assert state(everybody.folder) == "finished"
    assert "honest-on-view" in everybody.command.out
    assert "Traceback" not in everybody.command.err
    assert re.search(r"\d+ of \d+ cells did not end well: .*crashed", everybody.command.err)


def test_every_fault_of_the_plugin_file_is_in_one_of_the_tables_here() -> None:
    """No fault is offered that no test looks at."""
    looked_at = {*ENDLESS, *DEADLY, *GREEDY, *BROKEN, *RUDE, *ODD}
    assert set(IN_FIT) | set(IN_SCORES) <= looked_at


def test_every_honest_row_is_there_and_is_what_it_is_without_the_others(everybody: Finished, honest: Path) -> None:
    """Bit for bit: every metric and every raw score."""
    same_quality(everybody.folder, honest, detector=HONEST)


def test_every_row_is_there_once(everybody: Finished) -> None:
    """One row for each pair that was asked for, and no other."""
    pairs = [(cell["detector"], cell["anomaly"]) for cell in lines(everybody.folder)]
    assert len(pairs) == len(set(pairs)) == 2 * len({detector for detector, _ in pairs})
    assert {detector for detector, _ in pairs} == {*HONEST, *ENDLESS, *DEADLY, *GREEDY, *BROKEN, *RUDE, *ODD}


@pytest.mark.parametrize("detector", ENDLESS)
def test_a_detector_that_never_ends_costs_its_own_rows_only(everybody: Finished, detector: str) -> None:
    """Its rows are ``timeout`` and name the group, the stage and the seconds."""
    for row in both(everybody, detector):
        assert row["status"] == "timeout"
        told(row, stage=ENDLESS[detector])
        assert f"{TIMEOUT}" in str(row["reason"])


@pytest.mark.parametrize("detector", DEADLY)
def test_a_detector_that_takes_its_process_down_costs_its_own_rows_only(everybody: Finished, detector: str) -> None:
    """Its rows are ``crashed`` and name the group, the stage, the seconds and how the process ended."""
    stage, ending = DEADLY[detector]
    for row in both(everybody, detector):
        assert row["status"] == "crashed"
        told(row, stage=stage)
        assert ending in str(row["reason"])


def told(row: dict[str, Any], *, stage: str) -> None:
    """Fail unless a row that was ended from outside says of whom, in what group and stage, and after what time."""
    who = row["view"] if stage == "view" else row["detector"]
    assert re.search(rf"'{who}' \(tiny, all classes normal, seed 0\): {stage}\b", row["reason"])
    assert re.search(r"\b\d+\.\d s\b", row["reason"])
    assert stage == "view" or row["group_seconds"] > 0  # the view's second detector was not begun


@pytest.mark.parametrize(
    ("detector", "function"), [("fit-sleeps", "_sleep"), ("fit-loops-in-c", "_loop_in_c"), ("timed-sleeps", "_sleep")]
)
def test_a_time_out_says_what_the_plugin_was_doing(everybody: Finished, detector: str, function: str) -> None:
    """The reason holds the plugin's own function, even from within a call that never returns to Python."""
    for row in both(everybody, detector):
        assert re.search(rf"\b{function}\b", row["reason"])
        assert "hostile.py:" in row["reason"]


def test_a_crash_says_where_it_happened(everybody: Finished) -> None:
    """What faulthandler writes when a process dies ends up in the reason as the plugin's own function and line."""
    for row in both(everybody, "fit-segfaults"):
        assert re.search(r"\b_segfault\b", row["reason"])
        assert "hostile.py:" in row["reason"]


@pytest.mark.parametrize("detector", GREEDY)
def test_a_detector_that_wants_too_much_memory_costs_its_own_rows_only(everybody: Finished, detector: str) -> None:
    """Its rows are ``oom``, whoever refused the memory: the limit, Python or torch."""
    assert [row["status"] for row in both(everybody, detector)] == ["oom", "oom"]
    assert all(detector in str(row["reason"]) for row in both(everybody, detector))


@pytest.mark.parametrize("detector", BROKEN)
def test_a_detector_that_breaks_a_promise_costs_its_own_rows_only(everybody: Finished, detector: str) -> None:
    """Its rows are ``failed`` and say what was got."""
    for row in both(everybody, detector):
        assert row["status"] == "failed"
        assert BROKEN[detector] in str(row["reason"])


@pytest.mark.parametrize("detector", RUDE)
def test_a_detector_with_bad_manners_is_measured_all_the_same(everybody: Finished, detector: str) -> None:
    """It prints, changes global settings or leaves something running, and scores well: its rows are ``ok``."""
    assert [row["status"] for row in both(everybody, detector)] == ["ok", "ok"]


@pytest.mark.parametrize("detector", ODD)
def test_a_detector_that_cannot_answer_or_be_sent_has_its_rows(everybody: Finished, detector: str) -> None:
    """Whatever they say, they say why."""
    for row in both(everybody, detector):
        assert row["status"] in {"ok", "failed", "crashed"}
        assert row["status"] == "ok" or len(str(row["reason"])) > 10


@pytest.mark.parametrize("view", ["view-segfaults", "view-sleeps"])
def test_a_view_that_takes_its_process_down_is_not_tried_again_for_each_detector(
    everybody: Finished, view: str
) -> None:
    """Two workers may meet it at the same time; a third attempt would be a detector that asked in vain."""
    assert 1 <= everybody.tries(view) <= 2


def test_what_a_plugin_prints_stays_out_of_the_table(everybody: Finished) -> None:
    """Megabytes on standard output and error reach neither the table nor the reasons."""
    assert len(everybody.command.out) < 100_000
    assert not re.search("[oOeE]{9}", everybody.command.out)
    assert max(len(str(cell["reason"])) for cell in lines(everybody.folder)) < 4000


def test_what_a_plugin_prints_is_shown_and_not_obeyed(everybody: Finished) -> None:
    """No control character of a worker's output reaches the terminal."""
    assert r"\x1b[31m<script>" in everybody.command.err
    assert "\x1b" not in everybody.command.err


def test_nothing_is_left_when_the_run_has_ended(everybody: Finished) -> None:
    """No worker, not even the one whose plugin left a thread running, and no temporary file."""
    assert everybody.command.left == {}
    assert list(everybody.command.scratch.iterdir()) == []


@pytest.mark.parametrize("form", ["text", "github", "latex", "csv", "json", "html"])
def test_no_format_lets_markup_of_a_plugin_be_more_than_text(everybody: Finished, form: str) -> None:
    """Terminal escapes, tags and TeX commands of an exception's message are shown, not obeyed."""
    text = benchkit.load_run(everybody.folder).table(form)
    assert "alert(1)" in text
    assert "\x1b" not in text
    if form in {"html", "github"}:
        assert "<script" not in text
    if form == "latex":
        assert r"\input{" not in text
    if form == "json":
        assert json.loads(text)
