"""How a worker process came to its end, in words and as a status."""

from __future__ import annotations

import re
import signal
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import benchkit
from benchkit.registry import printable
from benchkit.results import Status
from benchkit.runner.isolation.home import Stage

_WHERE = ("Fatal Python error", "Stack (most recent call first)")
"""How faulthandler begins to tell where a process is: when it dies, or when it is asked."""

_NO_MEMORY = ("MemoryError", "bad_alloc", "Cannot allocate memory", "can't allocate memory", "out of memory")
_MOST_WORDS = 300
_FRAME = re.compile(r'File "(.+?)", line (\d+) in (\S+)')
_OURS = tuple(map(Path, (benchkit.__path__[0], sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"))))
"""Folders whose frames tell a plugin's author nothing."""

_EXPECTED = {"load": "a data set", "generate": "anomalous images", "view": "a trained view"}
_ADVICE = {
    "timeout": "Give it more with --timeout, or mend it; then go on with `--resume RUN --retry timeout`.",
    "crashed": "Mend it, then go on with `--resume RUN --retry crashed`.",
    "oom": "Raise --memory-limit, or mend it; then go on with `--resume RUN --retry oom`.",
    "failed": 'A script that asks for jobs needs `if __name__ == "__main__":` before whatever it does.',
}


@dataclass(eq=False)  # and not frozen: Python itself sets what an exception carries
class Death(Exception):  # noqa: N818 - it is no error of benchkit's: a cell says it
    """A worker process ended, or was ended, while it worked.

    Attributes:
        status: ``timeout``, ``crashed`` or ``oom``; ``failed`` when it could not receive its work.
        how: what happened to the process: ``was ended, as --timeout 5 asks,``.
        stage: what it was doing.
        seconds: since its work began.
        text: what it had printed.
    """

    status: Status
    how: str
    stage: Stage
    seconds: float
    text: str

    def reason(self, who: str) -> str:
        """Return the paragraph that stands in the cells of ``who``."""
        known = not self.stage.of or f"'{self.stage.of}'" in who
        doing = (self.stage.kind if known else f"{self.stage.kind} of {self.stage.of}") or "its start"
        words = last_words(self.text)
        spoke = f"Its last words: {words}" if words else "It left no last words"
        expected = _EXPECTED.get(self.stage.kind, "scores")
        return printable(
            f"{who}: {doing}: got a worker process that {self.how}{place(self.text)}, after {self.seconds:.1f} s of "
            f"its fit group; expected {expected}. {spoke}. {_ADVICE[self.status]}"
        )


def last_words(text: str) -> str:
    """Return what a process had printed before faulthandler told where it was: the end of it, in one line."""
    line = " ".join(text[: _where(text)].split())
    return line if len(line) <= _MOST_WORDS else "… " + line[-_MOST_WORDS:]


def place(text: str) -> str:
    """Return `` in FUNCTION (FILE:LINE)``: the innermost call outside benchkit and Python; empty when unknown."""
    frames = [(Path(file), line, name) for file, line, name in _FRAME.findall(text[_where(text) :])]
    theirs = [frame for frame in frames if not any(frame[0].is_relative_to(folder) for folder in _OURS)]
    for file, line, name in theirs[:1] or frames[:1]:
        return f" in {name} ({file.name}:{line})"
    return ""


def _where(text: str) -> int:
    found = [text.rfind(sign) for sign in _WHERE if sign in text]
    return min(found, default=len(text))


def ended_by_itself(exit_code: int | None, *, text: str, kernel_killed: bool) -> tuple[Status, str]:
    """Return status and words for a process that was not ended by its driver.

    Args:
        exit_code: negative for a signal; None when nobody knows.
        text: what it printed.
        kernel_killed: whether the kernel ended processes for want of memory meanwhile.
    """
    how = _exit_in_words(exit_code)
    if exit_code == -signal.SIGKILL and kernel_killed:
        return "oom", f"{how}, as the system does when memory runs out"
    lacked = any(sign in text for sign in _NO_MEMORY)
    return ("oom" if lacked and exit_code != 0 else "crashed"), how


def _exit_in_words(exit_code: int | None) -> str:
    if exit_code is None:
        return "ended without a word about how"
    if exit_code >= 0:
        return f"ended itself with exit status {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    return f"was ended by {name}"


def kernel_kills() -> int:
    """Return how many processes the kernel has ended for want of memory on this host; 0 where it does not say."""
    try:
        for line in Path("/proc/vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    except (OSError, ValueError):
        pass
    return 0
