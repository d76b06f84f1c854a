"""Who may compute at the same time: fits side by side, timings alone.

A throughput that holds somebody else's load is no throughput. With several worker processes, fits share the
machine and a timing waits until nobody computes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from multiprocessing.context import BaseContext
from typing import Protocol


class Lane(Protocol):
    """Admission to the machine."""

    alone: bool

    def shared(self) -> AbstractContextManager[None]:
        """Compute beside others."""

    def exclusive(self) -> AbstractContextManager[None]:
        """Compute while nobody else does."""


class OneLane:
    """The lane of a run in one process: there is nobody to wait for."""

    alone = True

    def shared(self) -> AbstractContextManager[None]:
        """Return at once."""
        return contextlib.nullcontext()

    def exclusive(self) -> AbstractContextManager[None]:
        """Return at once."""
        return contextlib.nullcontext()


class SharedLanes:
    """A readers–writer lock over worker processes in which a waiting timing is not overtaken by new fits.

    Args:
        jobs: number of worker processes.
        context: the multiprocessing context that starts them.
    """

    alone = False

    def __init__(self, jobs: int, context: BaseContext) -> None:
        self._jobs = jobs
        self._turnstile = context.Lock()
        self._permits = context.BoundedSemaphore(jobs)

    @contextlib.contextmanager
    def shared(self) -> Iterator[None]:
        """Wait until no timing runs or waits, then compute beside others."""
        with self._turnstile:
            self._permits.acquire()
        try:
            yield
        finally:
            self._permits.release()

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Wait until nobody computes, and keep everybody out."""
        with self._turnstile:
            for _ in range(self._jobs):
                self._permits.acquire()
            try:
                yield
            finally:
                for _ in range(self._jobs):
                    self._permits.release()
