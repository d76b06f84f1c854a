"""SIGKILL at any moment, really sent to a real process that writes."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from store_helpers import append_for_ever, cell, create_for_ever, process, received

from benchkit.results import RunStore, read_run, runs_in

MOMENTS = [random.Random(number).uniform(0, 0.04) for number in range(20)]
"""Seconds after the first sign of life."""


def kill_after(seconds: float, target: Callable[..., None], *args: object) -> list[int]:
    """Start a process that writes, kill it, and return what it said was stored."""
    with process(target, *args) as (writer, connection):
        first = connection.recv()
        writer.join(timeout=seconds)
        assert writer.is_alive(), f"it ended by itself with {writer.exitcode}"
        writer.kill()
        writer.join()
        return [first, *received(connection)]


@pytest.mark.slow
def test_no_cell_that_was_stored_is_lost_or_doubled_by_kills(tmp_path: Path) -> None:
    """Of a writer killed twenty times, each time reopened, every acknowledged cell is there once and in order."""
    RunStore.create(tmp_path, "run", {}).close()
    acknowledged = -1
    for moment in MOMENTS:
        acknowledged = kill_after(moment, append_for_ever, tmp_path / "run", acknowledged + 1)[-1]
        RunStore.reopen(tmp_path / "run").close()
        run = read_run(tmp_path / "run")
        assert run.cells["seed"].tolist() == list(range(len(run.cells)))
        assert len(run.cells) > acknowledged
        assert run.notes == ()
        acknowledged = len(run.cells) - 1
    assert acknowledged > 100


@pytest.mark.slow
def test_a_killed_process_leaves_whole_runs_only(tmp_path: Path) -> None:
    """Of a process that makes runs and is killed, each run that has a folder is whole; the others' names stay free."""
    number = -1
    for moment in MOMENTS:
        number = kill_after(moment, create_for_ever, tmp_path, number + 1)[-1]
        found = {folder.name for folder in runs_in(tmp_path)}
        assert {f"run-{each}" for each in range(number + 1)} <= found
        assert found == {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")}
        for folder in runs_in(tmp_path):
            RunStore.reopen(folder).close()
        number = len(found) - 1
    with RunStore.create(tmp_path, f"run-{number + 1}", {}) as store:
        store.append(cell())
    assert len(read_run(store.folder).cells) == 1
