"""Two processes that are timed in turns of some milliseconds, so that whatever slows the machine slows both alike.

On a shared machine the speed of one and the same computation changes by a tenth, sometimes by half, within a minute:
two timings made one after the other differ by that. In turns, the times of neighbouring turns are made within the same
moment, and their ratio is a detector's own. One process works while the other waits; nothing is computed in parallel.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator

TURN_SECONDS = 0.02
"""Timed work of one turn: short against the drift of a machine, long against the change of turns."""

STUCK_SECONDS = 120.0
"""How long one waits for its turn: a batch may be slow, but the other may also hang."""

_GO = b"g"


class Turns:
    """One end of a pair. Close it, or use it as a context manager.

    Attributes:
        name: of the pair, the same at both ends, different for each meeting.
        begins: whether the first turn is this end's.
    """

    def __init__(self, peer: socket.socket, name: str, *, begins: bool) -> None:
        self.name = name
        self.begins = begins
        self._peer: socket.socket | None = peer
        peer.settimeout(STUCK_SECONDS)

    def take(self) -> None:
        """Wait for the turn; at once where the other has left."""
        if self._peer is not None:
            try:
                gone = self._peer.recv(1) != _GO
            except OSError:
                gone = True
            if gone:
                self.close()

    def pass_on(self) -> float:
        """Let the other have a turn and wait for the next one; return the seconds that were waited."""
        start = time.perf_counter()
        if self._peer is not None:
            try:
                self._peer.sendall(_GO)
            except OSError:
                self.close()
            self.take()
        return time.perf_counter() - start

    def close(self) -> None:
        """Leave: the other goes on alone."""
        if self._peer is not None:
            self._peer.close()
            self._peer = None

    def __enter__(self) -> Turns:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def on_one_core() -> Iterator[None]:
    """Keep the calling thread on one processor core, the same in every process that may use the same cores.

    Of two cores one is often slower for minutes, by what other work or another guest of the host does there. Where the
    system does not let a thread choose (it is not Linux), nothing is done.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
