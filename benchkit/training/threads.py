"""How many processor threads a training loop uses, and many loops side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch's processor kernels on one thread inside; the number of threads is restored afterwards.

    Products of small matrices gain little from a second thread, and lose much to it when the machine has other
    work: every kernel then waits for the slowest thread.
    """
    found = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(found)


Work = Callable[[threading.Event], object]
"""A training loop; it ends early when the event is set."""


def side_by_side(works: Sequence[Work]) -> None:
    """Do works that need nothing of each other, as many at a time as torch has processor threads, one thread each.

    Two loops of a thread each take half the time of one loop after the other; two threads for one loop rarely do.

    Raises:
        Exception: the first that a work raised; those that have not begun are left out, the others end early.
    """
    stop, at_once = threading.Event(), min(len(works), torch.get_num_threads())
    with one_thread(), ThreadPoolExecutor(at_once, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        futures = [pool.submit(work, stop) for work in works]
        try:
            for future in futures:
                future.result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
