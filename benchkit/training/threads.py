"""How many processor threads a training loop uses."""

from __future__ import annotations

from collections.abc import Iterator
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
