"""The command line in this very process: what it prints and what it ends with, without the seconds of a new one."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchkit import cli

SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@dataclass(frozen=True)
class Ended:
    """What a command left.

    Attributes:
        status: its exit status; 0 also where ``sys.exit`` was called without one.
        out: what it wrote to standard output.
        err: what it wrote to standard error.
    """

    status: object
    out: str
    err: str


class Here:
    """Calls ``benchkit`` in a folder, from its first line to its last, as the installed script does."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys

    def __call__(self, *arguments: str) -> Ended:
        """Return how it ended, and what was printed since the last call."""
        with self._monkeypatch.context() as patch, signals_as_found():
            patch.chdir(self._folder)
            patch.setattr(sys, "argv", ["benchkit", *arguments])
            with pytest.raises(SystemExit) as ended:
                cli.main()
        printed = self._capsys.readouterr()
        return Ended(ended.value.code or 0, printed.out, printed.err)


@contextmanager
def signals_as_found() -> Iterator[None]:
    """Put back what the command line does at SIGTERM and SIGHUP: it has its process for itself otherwise."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
