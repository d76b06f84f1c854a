"""One writer a run: a lock that the kernel lets go of when its process ends, however it ends."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from benchkit.errors import StoreError, UsageError
from benchkit.results.atomic import refusals_of
from benchkit.results.naming import LOCK_FILE

_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP}


class WriterLock:
    """The right to write into a run's folder, held from the moment it is made. Readers need none.

    The lock is the kernel's, on the file ``.lock``; what the file says, who holds it, is only for the message.

    Args:
        folder: the run's folder; it may be renamed while the lock is held.

    Raises:
        UsageError: somebody else is writing there; names the process.
        StoreError: the folder cannot be written, or its file system has no locks.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK_FILE
        # A lock that is no more than a file would outlive a killed process; better none than that one.
        self._lock = FileLock(path, timeout=0, thread_local=False, fallback_to_soft=False)
        with refusals_of(path), _lock_refusals_of(folder):
            self._lock.acquire()
            path.write_text(f"process {os.getpid()} on {socket.gethostname()}\n", encoding="utf-8")

    def release(self, folder: Path) -> None:
        """Let go, and leave no ``.lock`` behind in ``folder``, where the run lies now; a second call does nothing."""
        if self._lock.is_locked:
            with contextlib.suppress(OSError):
                # Before letting go: who opened the file meanwhile finds it without a name and opens the new one.
                (folder / LOCK_FILE).unlink()
            self._lock.release()


@contextlib.contextmanager
def _lock_refusals_of(folder: Path) -> Iterator[None]:
    """Say who holds the lock, or that there are none."""
    try:
        yield
    except Timeout:
        raise UsageError(
            f"results: run {folder.name} is being written by {_holder(folder)}; expected a run that nobody writes. "
            "Wait until it has ended, or end it; reading it meanwhile is safe."
        ) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        raise StoreError(
            f"results: {folder} lies on a file system that cannot lock a file ({error.strerror}), so two processes "
            "could write one run. Expected a disk with locks, such as a local one: name another results folder."
        ) from error


def _holder(folder: Path) -> str:
    with contextlib.suppress(OSError):
        said = (folder / LOCK_FILE).read_text(encoding="utf-8", errors="replace").strip()
        if said:
            return said
    return "another process"
