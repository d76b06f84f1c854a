"""Real processes of the command line that cannot hang a test, and what they leave behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import benchkit
from benchkit.measure.metrics import MEASURED

HOSTILE = str(Path(__file__).with_name("hostile.py"))
TINY = ("run", "--plugin", HOSTILE, "--dataset", "tiny", "--device", "cpu", "--timing-seconds", "0.01")
LIMIT = 120.0
"""Seconds after which a test gives a process up."""

MARK = "BENCHKIT_TEST_MARK"
QUALITY = (
    "dataset", "detector", "settings", "view", "view_settings", "anomaly", "seed", "status", "protocol",
    *MEASURED, "threshold", "threshold_low", "threshold_policy", "prevalence", "n_train", "n_calibration", "n_normal",
    "n_anomaly",
)  # fmt: skip
"""Columns of a cell that have to be the same in every run of one request; the others are times."""

linux_only = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds processes through /proc")


class Command:
    """A ``benchkit`` process in a process group of its own, its output in files.

    Files, not pipes: what a plugin leaves running holds a pipe open, and the test would wait for it.

    Attributes:
        process: the main process.
        scratch: its folder for temporary files.
        left: the workers that were there when it had ended, if ``finish`` waited for it.
    """

    def __init__(self, *arguments: str, cwd: Path, **environment: str) -> None:
        self.mark = uuid.uuid4().hex
        self.left: dict[int, str] = {}
        self.scratch = cwd / f"{self.mark}.tmp"
        self.scratch.mkdir()
        self._out, self._err = cwd / f"{self.mark}.out", cwd / f"{self.mark}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err, ctrl_c_is_heard():
            self.process = subprocess.Popen(
                [str(Path(sys.executable).with_name("benchkit")), *arguments],
                stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=cwd, start_new_session=True,
                env={**os.environ, MARK: self.mark, "TMPDIR": str(self.scratch), **environment},
            )  # fmt: skip

    @property
    def out(self) -> str:
        """What was written to standard output so far."""
        return self._out.read_text(errors="replace")

    @property
    def err(self) -> str:
        """What was written to standard error so far."""
        return self._err.read_text(errors="replace")

    def wait(self, seconds: float = LIMIT) -> int:
        """Return the exit status; whatever still runs at the limit is killed, and the test fails."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            pytest.fail(f"benchkit did not end within {seconds:g} s; standard error ended with: {self.err[-2000:]}")

    @property
    def status(self) -> int | None:
        """What it ended with; None while it runs."""
        return self.process.poll()

    def ended_within(self, seconds: float) -> bool:
        """Whether the process has ended, after waiting for at most so long."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def reach(self, true: Callable[[], object], seconds: float = LIMIT) -> None:
        """Wait until something is true while the process runs; the test fails when that does not come."""
        until(lambda: true() or self.status is not None, seconds)
        if not true():
            self.kill()
            pytest.fail(f"benchkit ended, or went on for {seconds:g} s; standard error ended with: {self.err[-2000:]}")

    def interrupt(self) -> None:
        """Do what Ctrl-C does: SIGINT for the whole process group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL for the main process alone: nobody tells its workers."""
        self.process.kill()
        self.process.wait()

    def family(self) -> dict[int, str]:
        """Return the command lines, by process id, of all that descends from this command and still runs."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                ours = f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes().split(b"\0")
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:  # it has ended meanwhile
                continue
            if ours and command:  # a zombie has neither
                found[int(folder.name)] = command
        return found

    def workers(self) -> dict[int, str]:
        """Return the Python processes of the family."""
        return {process: command for process, command in self.family().items() if "python" in command}

    def is_alone(self) -> bool:
        """Whether no worker is left."""
        return not self.workers()

    def bury(self) -> None:
        """Kill whatever the test left of the family."""
        for process in self.family():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()


@contextmanager
def ctrl_c_is_heard() -> Iterator[None]:
    """Let a new process begin with the usual SIGINT: what a script does in its background ignores it, heirs and all."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def finish(*arguments: str, cwd: Path, limit: float = LIMIT, **environment: str) -> Command:
    """Run a command to its end, and clear away what its plugins left running."""
    command = Command(*arguments, cwd=cwd, **environment)
    try:
        command.wait(limit)
        until(command.is_alone, seconds=3)
        command.left = command.workers()
    finally:
        command.bury()
    return command


def in_this_process(where: Path, **request: Any) -> Path:
    """Return a toy run of the same request as ``TINY`` with options, made here: what the others are held against."""
    settings = {"dataset": "tiny", "device": "cpu", "timing_seconds": 0.01, "plugins": [HOSTILE], "name": "run"}
    run = benchkit.run(out=where, **{**settings, **request})
    assert run.ok
    return run.folder


def until(true: Callable[[], object], seconds: float = LIMIT) -> bool:
    """Wait until something is true; False when it is not after so many seconds."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def lines(folder: Path) -> list[dict[str, Any]]:
    """Return every whole line of a run's ``cells.jsonl``, as it stands there; none before the file is there."""
    path = folder / "cells.jsonl"
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def state(folder: Path) -> str:
    """Return what ``run.json`` says that became of the run."""
    text: str = json.loads((folder / "run.json").read_text())["state"]
    return text


def quality(folder: Path, **only: Sequence[str]) -> pd.DataFrame:
    """Return the columns of a run that no clock has a part in, rows in a fixed order; ``only`` says which rows."""
    cells = benchkit.load_run(folder).cells[list(QUALITY)]
    for column, values in only.items():
        cells = cells[cells[column].isin(values)]
    return cells.sort_values(["detector", "anomaly", "seed"]).reset_index(drop=True)


class Finished:
    """A toy run that has ended: its command, its folder and how often each plugin was asked to ``fit``."""

    def __init__(self, where: Path, *arguments: str) -> None:
        where.mkdir(exist_ok=True)
        log = where / "log"
        self.command = finish(*TINY, *arguments, "--name", "run", cwd=where, HOSTILE_LOG=str(log))
        self.folder = where / "results" / "run"
        text = log.read_text() if log.exists() else ""
        self.fits = [tuple(line.split()) for line in text.splitlines()]

    def rows(self, detector: str) -> list[dict[str, Any]]:
        """Return the rows of a detector in the order of their anomalies."""
        found = [cell for cell in lines(self.folder) if cell["detector"] == detector]
        return sorted(found, key=lambda cell: str(cell["anomaly"]))

    def tries(self, name: str) -> int:
        """Return how often ``fit`` or ``generate`` of a plugin object began."""
        return sum(named == name for named, _ in self.fits)


def same_quality(one: Path, other: Path, **only: Sequence[str]) -> None:
    """Fail unless two runs agree bit for bit in every quality column and every raw score of the chosen rows."""
    left = quality(one, **only)
    assert len(left) > 0
    pd.testing.assert_frame_equal(left, quality(other, **only), check_exact=True)
    ours, theirs = benchkit.load_run(one), benchkit.load_run(other)
    for cell in left[left["status"] == "ok"].to_dict("records"):
        where = {name: cell[name] for name in ("dataset", "detector", "anomaly", "seed")}
        expected = theirs.scores(**where)
        for name, scores in ours.scores(**where).items():
            np.testing.assert_array_equal(scores, expected[name], strict=True)
