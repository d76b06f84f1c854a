"""A cell to store, and what other processes do to a run in the tests of the store."""

from __future__ import annotations

import itertools
import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from benchkit import StoreError
from benchkit.results import Cell, RunStore

# Each process is a fork of one that has imported pandas and benchkit already: a start takes milliseconds.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["__main__", "benchkit.results"])


def cell(**changes: Any) -> Cell:
    """Return a cell that ended well."""
    values = {"dataset": "digits", "detector": "gaussian", "view": "pixels", "anomaly": "noise-1", "seed": 0}
    return Cell(**{**values, "status": "ok", "auroc": 0.75, **changes})


@contextmanager
def process(target: Callable[..., None], *args: object) -> Iterator[tuple[BaseProcess, Connection]]:
    """Start ``target(connection, *args)`` in a real process; it is killed at the end, if it still lives."""
    ours, theirs = FORKS.Pipe()
    started = FORKS.Process(target=target, args=(theirs, *args), daemon=True)
    started.start()
    theirs.close()
    try:
        yield started, ours
    finally:
        started.kill()
        started.join()
        ours.close()


def received(connection: Connection) -> list[Any]:
    """Return what a process that has ended said last."""
    said = []
    try:
        while connection.poll():
            said.append(connection.recv())
    except (EOFError, ConnectionError):
        pass
    return said


def hold(connection: Connection, folder: Path) -> None:
    """Open the run, say so, and wait until told to go."""
    with RunStore.reopen(folder):
        connection.send("open")
        connection.recv()


def hold_with_a_child(connection: Connection, folder: Path) -> None:
    """Open the run, and fork a process that lives until nobody listens."""
    store = RunStore.reopen(folder)
    if os.fork() == 0:
        connection.send("forked")
    connection.poll(None)
    store.close()
    os._exit(0)


def append_for_ever(connection: Connection, folder: Path, first: int) -> None:
    """Append long cells, one to five at a time, with ever higher seeds; say each highest one that was stored."""
    with RunStore.reopen(folder) as store:
        for size in itertools.cycle([1, 5, 2, 4, 3]):
            store.append(*[cell(seed=first + number, reason="x" * 5000) for number in range(size)])
            first += size
            connection.send(first - 1)


def create_for_ever(connection: Connection, folder: Path, first: int) -> None:
    """Make one run after the other, with a long manifest; say each number."""
    for number in itertools.count(first):
        RunStore.create(folder, f"run-{number}", {"number": number, "text": "x" * 50_000}).close()
        connection.send(number)


def append_until_full(connection: Connection, folder: Path) -> None:
    """Append until the disk is full; say how many cells were stored and the error; then again after each message."""
    store = RunStore.create(folder, "run", {"dataset": "digits"})
    stored = 0
    while True:
        try:
            while True:
                store.append(cell(seed=stored))
                stored += 1
        except StoreError as error:
            connection.send((stored, str(error)))
        connection.recv()


def append_up_to(connection: Connection, folder: Path, limit: int) -> None:
    """Do the same where no file may be larger than ``limit`` bytes."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    append_until_full(connection, folder)
