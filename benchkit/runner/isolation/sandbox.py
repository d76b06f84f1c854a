"""One worker process that can be ended at any moment, and is replaced when it was."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from benchkit.results import Status
from benchkit.runner.isolation import worker
from benchkit.runner.isolation.death import Death, ended_by_itself, kernel_kills
from benchkit.runner.isolation.home import Home, is_alive, signal_worker
from benchkit.runner.isolation.lane import Lane
from benchkit.runner.isolation.parcel import Parcel
from benchkit.runner.isolation.worker import Start

Answer = TypeVar("Answer")

_POLL = 0.1
_ASLEEP = 2.0  # seconds between two looks that say that this process was suspended


class Sandbox:
    """A worker process behind Pebble; the process is started by the first call and after each death.

    Args:
        home: the worker's folder.
        lane: the host's exclusive lane, as this worker's driver sees it.
        start: what the worker needs to know.
    """

    def __init__(self, home: Home, lane: Lane, start: Start) -> None:
        self.lane = lane
        self._home = home
        self._start = start
        self._pool: ProcessPool | None = None
        self._closed = False
        self._swap = threading.Lock()  # held while `_pool` changes

    @property
    def is_fresh(self) -> bool:
        """Whether the next call will start a process, which has loaded nothing yet.

        One that died between two calls is replaced, and costs nobody a cell.
        """
        if self._pool is not None and self._is_gone(self._pool):
            self.end()
        return self._pool is None

    def call(self, function: Callable[..., Answer], *args: Any, limit: float | None = None) -> Answer:
        """Call a function of ``worker`` in the process.

        Args:
            function: what to call.
            *args: its arguments.
            limit: seconds after which the process is ended; None never.

        Raises:
            Death: the process ended, or was ended, before it had answered.
            Exception: whatever the function raised, or why its arguments or its answer could not be sent.
        """
        parcel = Parcel.of(*args)  # closed: Pebble's threads, here and there, would die of what it holds, or be silent
        if self._pool is None:
            self._begin()
        answer: Answer = self._ask(worker.answer, (function, parcel), limit)
        return answer

    def said(self) -> str:
        """Return what the worker printed since this was called last."""
        return self._home.said()

    def close(self) -> None:
        """End the process for good, whatever it is doing; who waits for its answer in another thread gets a Death."""
        self._closed = True
        self.end()
        self._home.remove()

    def _begin(self) -> None:
        with self._swap:
            if self._closed:  # while its driver was between two calls
                raise RuntimeError("the sandbox was closed")
            self._home.create()
            context = multiprocessing.get_context("spawn")  # CUDA can't be forked
            self._pool = ProcessPool(max_workers=1, context=context)
        try:
            self._home.pid = self._ask(os.getpid, (), None)
            self.lane.turnstile()  # whoever took the lane before this process was known could not suspend it
            self._ask(worker.begin, (self._home.folder, self._start), None)
        except Exception:
            self.end()  # half ready is not ready
            raise

    def _ask(self, function: Callable[..., Answer], args: tuple[Any, ...], limit: float | None) -> Answer:
        pool = self._pool
        if pool is None:
            raise RuntimeError("the sandbox has no process")
        self._home.announce("")
        kills, begun = kernel_kills(), self._home.clock()
        try:
            if self._is_gone(pool):
                raise _GoneError(None)
            future: ProcessFuture[Answer] = pool.schedule(function, args=args)
            self._wait(pool, future, begun, limit)
            return future.result(timeout=0)
        except ProcessExpired as error:
            code: int | None = error.exitcode
        except _GoneError as gone:
            code = gone.exit_code
        except BrokenProcessPool:
            raise self._death("failed", "could not receive its work", begun) from None
        except Exception:
            raise
        except BaseException as error:  # a plugin's own, Ctrl-C's too: a worker is deaf to that
            raise RuntimeError(f"{type(error).__name__} was raised in the worker process") from error
        status, how = ended_by_itself(code, text=self._home.tail(), kernel_killed=kernel_kills() > kills)
        raise self._death(status, how, begun)

    def _wait(self, pool: ProcessPool, future: ProcessFuture[Any], begun: float, limit: float | None) -> None:
        """Wait for the answer; end the process when its time is over."""
        looked = time.monotonic()
        while not wait([future], timeout=_POLL).done:
            looked, last = time.monotonic(), looked
            if looked - last > _ASLEEP:  # Ctrl-Z: the worker stood still as well, and nobody took its time
                begun += looked - last
            if self._closed:
                raise _GoneError(None)
            self.lane.watch()
            self.lane.rescue()
            if self._is_gone(pool) and not wait([future], timeout=10 * _POLL).done:
                # Pebble tells of every end but one with status 0, and but that of its own threads, which die of an
                # object that they can't send or receive.
                raise _GoneError(0) if pool.active else BrokenProcessPool
            if limit is not None and self._home.clock() - begun > limit:
                self._ask_where()
                raise self._death("timeout", f"was ended, as --timeout {limit:g} asks,", begun)

    def _ask_where(self) -> None:
        """Let the process say what keeps it, before it is ended."""
        pid = self._home.pid
        if pid is not None and worker.WHERE is not None:
            with contextlib.suppress(OSError):
                os.kill(pid, worker.WHERE)
            time.sleep(_POLL)

    def _is_gone(self, pool: ProcessPool) -> bool:
        """Whether nobody will answer any more: the process has ended, or Pebble's threads have."""
        pid = self._home.pid
        return not pool.active or (pid is not None and not is_alive(pid))

    def _death(self, status: Status, how: str, begun: float) -> Death:
        stage, seconds = self._home.stage(), self._home.clock() - begun
        self.end()
        return Death(status, how, stage, seconds, self._home.said())

    def end(self) -> None:
        """End the process, whatever it is doing; the next call starts another."""
        with self._swap:  # `close` may come from another thread than the driver's
            pool, pid = self._pool, self._home.pid
            self._pool, self._home.pid = None, None
        if pid is not None:
            with contextlib.suppress(OSError):
                signal_worker(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            # Aside: a process that was ended in the middle of an answer keeps Pebble waiting for the rest of it.
            threading.Thread(target=pool.join, daemon=True).start()


class _GoneError(Exception):
    """The process is not there any more."""

    def __init__(self, exit_code: int | None) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code
