"""The exclusive lane: while one fitted detector is timed, every other worker of the run on that host stands still.

Waiting until nobody computes would cost every worker the longest fit; a suspended process goes on where it was. Its
own clock stands still as well (``Home.clock``), so no fit pays for somebody else's timing.
"""

from __future__ import annotations

import contextlib
import math
import signal
import time
from pathlib import Path

from filelock import FileLock, Timeout

from benchkit.runner.isolation.home import Home, signal_worker

LONGEST = 60.0
"""Seconds after which the others go on: a lock that one of them holds may be what the timing waits for."""

_SETTLE = 0.005  # until the signals have arrived; the warm-up empties caches and queues
_STOP, _GO_ON = getattr(signal, "SIGSTOP", None), getattr(signal, "SIGCONT", None)


class Lane:
    """One host's lane; every worker's driver has an object of its own.

    Args:
        home: the worker's folder; its siblings' lie beside it.
        longest: seconds after which the others go on, if that is sooner than ``LONGEST``.
    """

    def __init__(self, home: Home, longest: float = math.inf) -> None:
        self._home = home
        self._longest = longest
        self._lock = FileLock(home.folder.parent / "timing.lock")
        self._held: list[Home] = []
        self._since = 0.0
        self.kept = True

    def turnstile(self) -> None:
        """Wait until nobody is being timed, so that no new work begins beside it."""
        with self._lock:
            pass

    def __enter__(self) -> Lane:
        """Wait for the lane, and suspend everybody else on this host."""
        self._lock.acquire()
        others = [Home(folder) for folder in self._home.folder.parent.iterdir() if folder.is_dir()]
        others = [other for other in others if other.folder != self._home.folder and other.pid is not None]
        self.kept = not others or _STOP is not None
        self._held = [other for other in others if _suspend(other)]
        if self._held:
            time.sleep(_SETTLE)
        self._since = time.monotonic()
        return self

    def watch(self) -> None:
        """Let the others go on when the lane was held for too long; it is not exclusive any more then."""
        if self._held and time.monotonic() - self._since > min(self._longest, LONGEST):
            self.kept = False
            self._release()

    def __exit__(self, *_: object) -> None:
        self._release()
        self._lock.release()

    def _release(self) -> None:
        for other in self._held:
            _resume(other)
        self._held = []

    def rescue(self) -> None:
        """Let this driver's own worker go on when whoever suspended it died before saying so."""
        if not self._home.is_paused:
            return
        with contextlib.suppress(Timeout), self._lock.acquire(timeout=0):
            _resume(self._home)


def _suspend(worker: Home) -> bool:
    pid = worker.pid
    if pid is None or _STOP is None:
        return False
    worker.begin_pause()
    try:
        signal_worker(pid, _STOP)
    except OSError:  # it has ended meanwhile
        worker.end_pause()
        return False
    return True


def _resume(worker: Home) -> None:
    pid = worker.pid
    worker.end_pause()
    if pid is not None and _GO_ON is not None:
        with contextlib.suppress(OSError):
            signal_worker(pid, _GO_ON)


def lane_folder(folder: Path, token: str) -> Path:
    """Return where the workers of one run on one host have their homes."""
    return folder / f"benchkit-{token}"
