"""Ctrl-C: once to end after the fit groups that are being done, twice to end at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

Notice = Callable[[str], object]

STOPPING = "stopping after the fit groups that are being done; Ctrl-C again stops at once, and loses these"


class Interrupt:
    """Takes Ctrl-C while its ``with`` block lasts; does nothing outside the main thread, where no signal arrives.

    Args:
        on_first: called at the first Ctrl-C, in a thread of its own.
        notice: told what will happen, after that.

    Attributes:
        asked: whether Ctrl-C was pressed.
    """

    def __init__(self, on_first: Callable[[], object], notice: Notice) -> None:
        self.asked = False
        self._on_first = on_first
        self._notice = notice
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        # In a thread: the interrupted instructions may hold the agenda's lock, or that of standard error.
        threading.Thread(target=self._tell, daemon=True).start()

    def _tell(self) -> None:
        self._on_first()
        self._notice(STOPPING)
