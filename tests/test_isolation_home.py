"""A worker's folder: what is written there is read there, and what can't be read is nothing."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchkit.runner.isolation.home import Home, Stage


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose folder was made."""
    made = Home(tmp_path / "lane" / "0")
    made.create()
    return made


def test_a_new_home_is_empty_and_its_owners_alone(home: Home) -> None:
    """It does nothing, is no process, was never suspended and has said nothing; nobody else may look in."""
    assert home.stage() == Stage()
    assert home.pid is None
    assert (home.paused(), home.is_paused) == (0.0, False)
    assert home.said() == ""
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_the_last_stage_is_the_one_that_is_read(home: Home) -> None:
    """A short note leaves nothing of the long one before it; another object on the same folder reads the same."""
    home.announce("generate", "an-anomaly-with-a-long-name" * 5)
    home.announce("fit", "gaussian")
    assert Home(home.folder).stage() == Stage("fit", "gaussian")
    home.announce("")
    assert home.stage() == Stage()


@given(of=st.text(max_size=60).filter(lambda text: text.isprintable()))
def test_any_name_comes_back(of: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever a plugin's object is called, its note reads as it was written."""
    home = Home(tmp_path_factory.getbasetemp() / "any-name")
    home.create()
    home.announce("view", of)
    assert home.stage() == Stage("view", of)


@given(content=st.binary(max_size=600))
def test_any_bytes_in_the_note_are_a_stage(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A plugin that writes there costs the stage at most, never an exception."""
    home = Home(tmp_path_factory.getbasetemp() / "any-bytes")
    home.create()
    (home.folder / "stage").write_bytes(content)
    (home.folder / "pid").write_bytes(content)
    (home.folder / "pause").write_bytes(content[:20])
    assert isinstance(home.stage(), Stage)
    assert home.pid is None or home.pid > 0
    assert isinstance(home.paused(), float)


def test_without_a_folder_everything_is_nothing(tmp_path: Path) -> None:
    """A home that was removed, or never made, can be asked and told, and is still not there."""
    home = Home(tmp_path / "gone")
    home.announce("fit", "gaussian")
    home.begin_pause()
    home.end_pause()
    home.pid = 7
    home.remove()
    assert (home.stage(), home.pid, home.said(), home.tail()) == (Stage(), None, "", "")
    assert (home.paused(), home.is_paused) == (0.0, False)
    assert not home.folder.exists()


def test_what_was_printed_is_said_once(home: Home) -> None:
    """``tail`` leaves it there, ``said`` takes it; what is appended afterwards is told the next time."""
    with home.log.open("ab", buffering=0) as log:
        log.write(b"one\n")
        assert home.tail() == home.said() == "one\n"
        assert home.said() == ""
        log.write(b"two\xff\n")
        assert home.said() == "two�\n"


def test_of_much_that_was_printed_the_end_is_said(home: Home) -> None:
    """Megabytes of a plugin's output are not carried about."""
    home.log.write_bytes(b"a" * 10**6 + b"the end")
    said = home.said()
    assert said.endswith("athe end")
    assert len(said) == 20_000


def test_a_process_is_noted_and_forgotten(home: Home) -> None:
    """The number is there until it is taken away."""
    home.pid = 4711
    assert Home(home.folder).pid == 4711
    home.pid = None
    assert home.pid is None


def test_the_clock_stands_still_during_pauses(home: Home) -> None:
    """Seconds of two pauses add up in ``paused`` and are missing from ``clock``."""
    wall, clock = time.monotonic(), home.clock()
    for _ in range(2):
        home.begin_pause()
        assert home.is_paused
        stood = home.clock()
        time.sleep(0.05)
        assert home.clock() - stood < 0.04
        home.end_pause()
        assert not home.is_paused
    assert home.paused() >= 0.1
    assert time.monotonic() - wall - (home.clock() - clock) == pytest.approx(home.paused(), abs=0.02)


def test_a_home_that_is_made_again_is_a_new_one_but_for_its_log(home: Home) -> None:
    """A worker that takes another's place inherits no stage and no pause."""
    home.announce("fit", "gaussian")
    home.begin_pause()
    home.create()
    assert home.stage() == Stage()
    assert not home.is_paused
    home.remove()
    assert not home.folder.exists()
