"""What the tests of isolation call in worker processes, and how they look at them."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from benchkit.runner import RunSettings
from benchkit.runner.isolation.home import Home
from benchkit.runner.isolation.lane import Lane
from benchkit.runner.isolation.sandbox import Sandbox
from benchkit.runner.isolation.worker import Start

TOYS = Path(__file__).with_name("toy_plugins.py")


@contextmanager
def sandbox_in(folder: Path) -> Iterator[Sandbox]:
    """Yield a sandbox whose home is ``folder/0``; its process is ended afterwards."""
    home = Home(folder / "0")
    sandbox = Sandbox(home, Lane(home), Start(RunSettings(jobs=1, device="cpu"), (), None))
    try:
        yield sandbox
    finally:
        sandbox.close()


def until(condition: Callable[[], object], *, seconds: float = 20.0) -> bool:
    """Wait for a condition; return whether it came true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return bool(condition())


def state(pid: int) -> str:
    """Return the letter of a process's state, ``T`` for a stopped one; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def has_ended(pid: int) -> bool:
    """Whether there is no such process, or only what its parent has not looked at yet."""
    return state(pid) in {"", "Z"}


def echo(value: object) -> tuple[int, object]:
    """Return the process and what was sent."""
    return os.getpid(), value


def say(text: str) -> None:
    """Print."""
    print(text)


def fail(message: str) -> NoReturn:
    """Raise."""
    raise ValueError(message)


def interrupt() -> NoReturn:
    """Raise what Ctrl-C raises."""
    raise KeyboardInterrupt


class PanicError(BaseException):
    """As extension modules written in Rust raise it."""


def panic() -> NoReturn:
    """Raise something that is no Exception."""
    raise PanicError("at the disco")


def leave(status: int) -> NoReturn:
    """End the process with a status."""
    print("these are my last words", flush=True)
    os._exit(status)


def segfault() -> None:
    """Read where nothing is."""
    ctypes.string_at(0)


def sleep_for_ever() -> None:
    """Never return, whatever signals arrive."""
    while True:
        signal.pause()


def leave_later(seconds: float) -> tuple[int, None]:
    """Return the process, which a thread ends with status 0 after some seconds."""
    threading.Timer(seconds, os._exit, (0,)).start()
    return os.getpid(), None


class Homebound:
    """Cannot be sent, and says so with an error that is not one of pickling."""

    def __reduce__(self) -> NoReturn:
        raise RuntimeError("I stay where I am")


class Homesick:
    """Can be sent, and refuses to arrive."""

    def __reduce__(self) -> tuple[Callable[[], NoReturn], tuple[()]]:
        return refuse, ()


def refuse() -> NoReturn:
    """Raise what Pebble takes for something else when an object does it on its arrival."""
    raise RuntimeError("not in this house")
