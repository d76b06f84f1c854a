"""Limiting of threads, and works side by side."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from benchkit.training.threads import one_thread, side_by_side


@pytest.fixture
def two_threads() -> Iterator[None]:
    """Let torch have two threads, whatever the machine has."""
    found = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(found)


def test_the_number_of_threads_is_restored() -> None:
    """Inside one thread works, afterwards as many as before, even after an error."""
    found = torch.get_num_threads()
    inside = []

    @one_thread()
    def fail() -> None:
        inside.append(torch.get_num_threads())
        raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert inside == [1]
    assert torch.get_num_threads() == found


@pytest.mark.usefixtures("two_threads")
def test_works_go_side_by_side_on_a_thread_each() -> None:
    """With two threads two works meet, each computing on one; all are done, and the threads are as before."""
    meeting, seen = threading.Barrier(2, timeout=30), []

    def work(stop: threading.Event) -> None:
        meeting.wait()
        seen.append((torch.get_num_threads(), stop.is_set()))

    side_by_side([work] * 4)
    assert seen == [(1, False)] * 4
    assert torch.get_num_threads() == 2


@pytest.mark.usefixtures("two_threads")
def test_an_error_ends_the_others() -> None:
    """It reaches the caller; who works is asked to stop, and who has not begun never does."""
    ended, begun = [], []

    def fail(stop: threading.Event) -> None:
        raise KeyError("first")

    def wait(stop: threading.Event) -> None:
        ended.append(stop.wait(30))

    with pytest.raises(KeyError, match="first"):
        side_by_side([fail, wait, *[begun.append] * 50])
    assert ended == [True]
    assert len(begun) < 50
