"""Two processes find each other in a folder."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from benchkit.errors import UsageError
from benchkit.measure import meeting
from benchkit.measure.meeting import Meetings, meetings


def visit(folder: Path, *plans: list[str], delay: float = 0.0) -> list[list[str]]:
    """Let each plan be gone through by a thread of its own; return the names of the pairs that each was part of."""
    found: list[list[str]] = [[] for _ in plans]

    def go(place: int, plan: list[str]) -> None:
        time.sleep(delay * place)
        mine = Meetings(folder)
        for what in plan:
            turns = mine.meet(what, patience=20.0)
            found[place].append(turns.name if turns else "")
            if turns:
                turns.close()

    threads = [threading.Thread(target=go, args=each) for each in enumerate(plans)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return found


@pytest.mark.parametrize("delay", [0.0, 0.3])
def test_two_meet_at_everything_that_they_have_in_common(tmp_path: Path, delay: float) -> None:
    """Whether they come at once or one after the other: both know the pair by the same name, new each time."""
    one, other = visit(tmp_path, ["a", "b", "c"], ["a", "b", "c"], delay=delay)
    assert one == other
    assert len(set(one)) == 3
    assert all(one)


@pytest.mark.parametrize("delay", [0.0, 0.3])
def test_what_only_one_has_is_done_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, delay: float) -> None:
    """Neither waits for the other for ever; they lose one meeting more at most, and meet again afterwards."""
    monkeypatch.setattr(meeting, "GRACE_SECONDS", 0.2)
    one, other = visit(tmp_path, ["a", "mine", "b", "c", "d"], ["a", "b", "c", "d"], delay=delay)
    assert one[1] == ""
    assert (one[0], one[3:]) == (other[0], other[2:])
    assert all(one[3:])


def test_nobody_is_waited_for_longer_than_asked(tmp_path: Path) -> None:
    """Who is alone has no pair, and leaves no notice behind."""
    assert Meetings(tmp_path / "new").meet("a", patience=0.1) is None
    assert list((tmp_path / "new").iterdir()) == []


def test_a_notice_of_a_dead_process_is_taken_down(tmp_path: Path) -> None:
    """Nobody listens where it points, so two others meet as if it were not there."""
    (tmp_path / "0000000000000000.waits").write_text("ca978112ca1bbdca 9 0000000000000000 ")
    (tmp_path / "odd.waits").write_text("no notice at all")
    one, other = visit(tmp_path, ["a"], ["a"])
    assert one == other != [""]
    assert [path.name for path in tmp_path.iterdir()] == ["odd.waits"]


def test_a_folder_that_cannot_be_made_is_a_wrong_request(tmp_path: Path) -> None:
    """The message names the flag and says what is needed."""
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"--beside .*file.*expected a folder that both runs can write to"):
        Meetings(tmp_path / "file").meet("a", patience=0.1)


def test_a_process_remembers_what_it_has_behind_it(tmp_path: Path) -> None:
    """One folder has one memory, whoever asks for it."""
    assert meetings(tmp_path) is meetings(tmp_path)
