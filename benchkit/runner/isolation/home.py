"""A worker's folder: what it is doing, what it printed, which process it is, how long it was suspended.

Files, because they can be read after the process is dead, and by every process on the same host.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import struct
import time
from dataclasses import dataclass
from pathlib import Path

_STAGE_BYTES = 512
_PAUSE = struct.Struct("dd")  # seconds suspended so far; since when it is suspended, 0 when it is not
_MOST_TEXT = 20_000


@dataclass(frozen=True)
class Stage:
    """What a worker was doing.

    Attributes:
        kind: ``load``, ``generate``, ``view``, ``fit``, ``score``, ``metrics``, ``timing``; empty when it did nothing.
        of: of which anomaly, view or detector.
    """

    kind: str = ""
    of: str = ""


def is_alive(pid: int) -> bool:
    """Return whether a process is there, be it stopped or somebody else's."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def signal_worker(pid: int, number: int) -> None:
    """Send a signal to a worker and to whatever it has started; to itself alone while it has no group of its own.

    Raises:
        OSError: it has ended.
    """
    if hasattr(os, "getpgid") and os.getpgid(pid) == pid:
        os.killpg(pid, number)
    else:
        os.kill(pid, number)


class Home:
    """The folder that a worker and the one who watches it share.

    Args:
        folder: made by ``create``; readable by this user alone.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self._stage = folder / "stage"
        self._pid = folder / "pid"
        self._pause = folder / "pause"

    def create(self) -> None:
        """Make the folder and its files."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log.touch()
        self._stage.write_bytes(b" " * _STAGE_BYTES)
        self._pause.write_bytes(_PAUSE.pack(0.0, 0.0))

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self) -> int | None:
        """The worker's process; None when it has none, or its driver is just replacing it."""
        try:
            pid = int(self._pid.read_text())
        except (OSError, ValueError):
            return None
        return pid if pid > 0 else None  # to signal any other would be to signal a whole group of processes

    @pid.setter
    def pid(self, pid: int | None) -> None:
        with contextlib.suppress(OSError):  # such as a folder that was never made, or is gone already
            self._pid.write_text("" if pid is None else str(pid))

    def announce(self, kind: str, of: str = "") -> None:
        """Note what begins; a note that can't be written must not cost the work."""
        note = json.dumps([kind, of[:200]]).encode()[:_STAGE_BYTES].ljust(_STAGE_BYTES)
        with contextlib.suppress(OSError), self._stage.open("r+b", buffering=0) as file:
            file.write(note)

    def stage(self) -> Stage:
        """Return what was noted last."""
        try:
            kind, of = json.loads(self._stage.read_bytes())
            return Stage(str(kind), str(of))
        except (OSError, ValueError, TypeError):  # a plugin may have written there
            return Stage()

    def said(self) -> str:
        """Return the end of what the worker printed since this was called last."""
        text = self.tail()
        with contextlib.suppress(OSError):
            os.truncate(self.log, 0)  # the worker appends, so the next line begins the file anew
        return text

    def tail(self) -> str:
        """Return the same, and leave it there."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - _MOST_TEXT))
                return file.read(_MOST_TEXT).decode("utf-8", errors="replace")
        except OSError:
            return ""

    def clock(self) -> float:
        """Return seconds from a fixed moment, those not counted in which the worker was suspended."""
        return time.monotonic() - self.paused()

    def paused(self) -> float:
        """Return how many seconds the worker was suspended so far, by the clock of this host."""
        total, since = self._read_pause()
        return total + (time.monotonic() - since if since else 0.0)

    @property
    def is_paused(self) -> bool:
        """Whether somebody has suspended the worker and not let it go on yet."""
        return bool(self._read_pause()[1])

    def begin_pause(self) -> None:
        """Note that the worker is going to be suspended."""
        self._write_pause(self._read_pause()[0], time.monotonic())

    def end_pause(self) -> None:
        """Note that it may go on."""
        self._write_pause(self.paused(), 0.0)

    def _read_pause(self) -> tuple[float, float]:
        try:
            total, since = _PAUSE.unpack(self._pause.read_bytes())
            return total, since
        except (OSError, struct.error):
            return 0.0, 0.0

    def _write_pause(self, total: float, since: float) -> None:
        with contextlib.suppress(OSError), self._pause.open("r+b", buffering=0) as file:
            file.write(_PAUSE.pack(total, since))
