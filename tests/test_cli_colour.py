"""Colour on a real terminal, and plain text anywhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from store_helpers import cell

from benchkit.results import RunStore

pty = pytest.importorskip("pty", reason="needs a system that has pseudo-terminals")


def printed(folder: Path, *, terminal: bool, **environment: str) -> str:
    """Return what ``benchkit table`` writes on its standard output."""
    command = [str(Path(sys.executable).with_name("benchkit")), "table", str(folder)]
    env = {**os.environ, "TERM": "xterm-256color", **environment}
    env = {name: value for name, value in env.items() if value}
    if not terminal:
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, env=env, stdout=theirs, stderr=subprocess.DEVNULL) as process:
        os.close(theirs)
        parts = []
        while part := _read(ours):
            parts.append(part)
        assert process.wait() == 0
    os.close(ours)
    return b"".join(parts).decode()


def _read(end: int) -> bytes:
    try:
        return os.read(end, 65536)
    except OSError:  # how Linux says that nobody writes any more
        return b""


@pytest.mark.slow
def test_a_table_has_colour_on_a_terminal_and_nowhere_else(tmp_path: Path) -> None:
    """Not in a pipe, not under NO_COLOR, not on a dumb terminal."""
    with RunStore.create(tmp_path, "run", {"state": "finished"}) as store:
        store.append(cell(auroc=0.9, auroc_low=0.8, auroc_high=0.95))
    folder = tmp_path / "run"
    assert "\x1b[48;5;" in printed(folder, terminal=True, NO_COLOR="")
    assert "\x1b" not in printed(folder, terminal=False, NO_COLOR="")
    assert "\x1b" not in printed(folder, terminal=True, NO_COLOR="1")
    assert "\x1b" not in printed(folder, terminal=True, NO_COLOR="", TERM="dumb")
