"""How a worker's end is told: the status, the way it went, the stage, and its last words."""

from __future__ import annotations

import contextlib
import ctypes
import signal
from collections.abc import Iterator

import pytest

from benchkit.runner.isolation import death as death_module
from benchkit.runner.isolation.death import Death, ended_by_itself, kernel_kills, last_words, place
from benchkit.runner.isolation.home import Stage

WHO = "plugin 'toys': detector 'mean' (toy, all classes normal, seed 0)"


def death(**changes: object) -> Death:
    """Return a death in a fit."""
    known = {"status": "crashed", "how": "was ended by SIGSEGV", "stage": Stage("fit", "mean"), "seconds": 12.34}
    return Death(**{**known, "text": "", **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "text", "killed", "status", "how"),
    [
        (3, "", False, "crashed", "ended itself with exit status 3"),
        (0, "", False, "crashed", "ended itself with exit status 0"),
        (-signal.SIGSEGV, "", False, "crashed", "was ended by SIGSEGV"),
        (-signal.SIGKILL, "", False, "crashed", "was ended by SIGKILL"),
        (-signal.SIGKILL, "", True, "oom", "was ended by SIGKILL, as the system does when memory runs out"),
        (-signal.SIGSEGV, "", True, "crashed", "was ended by SIGSEGV"),
        (-250, "", False, "crashed", "was ended by signal 250"),
        (None, "", False, "crashed", "ended without a word about how"),
        (1, "MemoryError: 8 GiB", False, "oom", "ended itself with exit status 1"),
        (-signal.SIGABRT, "what():  std::bad_alloc", False, "oom", "was ended by SIGABRT"),
        (0, "I once met a MemoryError", False, "crashed", "ended itself with exit status 0"),
        (1, "I once met a ValueError", False, "crashed", "ended itself with exit status 1"),
    ],
)
def test_an_end_has_its_status_and_words(code: int | None, text: str, killed: bool, status: str, how: str) -> None:
    """Signals go by their names; want of memory is known by the kernel's count or by the last words."""
    assert ended_by_itself(code, text=text, kernel_killed=killed) == (status, how)


def test_the_reason_says_who_what_when_and_what_next() -> None:
    """One paragraph: the group, the stage, how it ended, after how long, the last words, how to repeat it."""
    trace = f'Fatal Python error: Segmentation fault\n\n  File "{ctypes.__file__}", line 519 in string_at\n'
    reason = death(text=f'epoch 1\n{trace}  File "/home/me/plugin.py", line 3 in fit\n').reason(WHO)
    assert reason.startswith(f"{WHO}: fit: got a worker process that was ended by SIGSEGV in fit (plugin.py:3), after ")
    assert "12.3 s of its fit group; expected scores. Its last words: epoch 1. Mend it" in reason
    assert "--resume RUN --retry crashed" in reason
    assert "/home/me" not in reason
    assert "\n" not in reason


def test_the_stage_names_what_the_group_does_not() -> None:
    """A fit of the detector itself is ``fit``; scoring an anomaly says which; before any stage it is the start."""
    assert f"{WHO}: score of noise-1: got" in death(stage=Stage("score", "noise-1")).reason(WHO)
    assert f"{WHO}: metrics: got" in death(stage=Stage("metrics")).reason(WHO)
    assert f"{WHO}: its start: got" in death(stage=Stage()).reason(WHO)


def test_silence_is_said() -> None:
    """A process that printed nothing left no last words."""
    assert "It left no last words." in death(text=" \n").reason(WHO)


def test_a_terminal_is_not_obeyed() -> None:
    """Escapes in the last words are shown, not sent to whoever reads the reason."""
    assert "\x1b" not in death(text="\x1b[2Jgone").reason(WHO)


def test_last_words_are_the_end_of_the_text() -> None:
    """Of a long text the last 300 characters, in one line."""
    words = last_words("first\n" + "word " * 200 + "\n\tlast")
    assert words.startswith("… ")
    assert words.endswith("word last")
    assert len(words) == 302


def test_where_it_was_is_told_by_the_plugins_own_line() -> None:
    """Of faulthandler's frames the innermost that is neither Python's nor benchkit's; else the innermost; else none."""
    inner, own = (
        f'  File "{ctypes.__file__}", line 5 in string_at\n',
        f'  File "{death_module.__file__}", line 7 in fit\n',
    )
    assert place(f'Fatal Python error: Aborted\n\nThread 0x1:\n{inner}  File "x.py", line 1 in f\n') == " in f (x.py:1)"
    assert place(f"Stack (most recent call first):\n{inner}{own}") == " in string_at (__init__.py:5)"
    assert place('chatter\n  File "x.py", line 1 in f\n') == ""


def test_last_words_end_where_faulthandler_begins() -> None:
    """What the plugin itself had printed is what it had to say."""
    assert last_words("epoch 1\nepoch 2\nFatal Python error: Aborted\n\nThread 0x1:\n") == "epoch 1 epoch 2"
    assert last_words("epoch 3\nStack (most recent call first):\n  File x\n") == "epoch 3"


def test_a_short_text_is_told_whole() -> None:
    """Nothing is cut off that need not be."""
    assert last_words("one\ntwo  three\n") == "one two three"
    assert last_words("") == ""


def test_a_death_passes_through_whatever_an_exception_passes_through() -> None:
    """A context manager that Python made sets the traceback on its way, which it allows."""

    @contextlib.contextmanager
    def passing() -> Iterator[None]:
        yield

    with pytest.raises(Death) as caught, passing():
        raise death()
    assert caught.value.seconds == 12.34


def test_the_kernels_count_of_kills_does_not_fall() -> None:
    """A number on every platform; 0 where nobody counts."""
    assert 0 <= kernel_kills() <= kernel_kills()
