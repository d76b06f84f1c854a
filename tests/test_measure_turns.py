"""Two ends that work in turns."""

from __future__ import annotations

import os
import socket
import threading
import time

import pytest

from benchkit.measure.turns import Turns, on_one_core


def pair() -> tuple[Turns, Turns]:
    """Return both ends of a pair; the first begins."""
    one, other = socket.socketpair()
    return Turns(one, "name", begins=True), Turns(other, "name", begins=False)


def test_only_one_works_at_a_time() -> None:
    """Two threads that take turns never overlap, and each has every second turn."""
    first, second = pair()
    done: list[str] = []

    def work(turns: Turns, name: str) -> None:
        if not turns.begins:
            turns.take()
        for _ in range(5):
            done.append(name)
            time.sleep(0.002)
            done.append(name)
            turns.pass_on()
        turns.close()

    threads = [threading.Thread(target=work, args=(turns, name)) for turns, name in ((first, "a"), (second, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert "".join(done) == "aabb" * 5


def test_passing_on_says_how_long_it_waited() -> None:
    """The other's turn is on nobody's budget."""
    first, second = pair()
    waited: list[float] = []
    thread = threading.Thread(target=lambda: waited.append(first.pass_on()))
    thread.start()
    second.take()
    time.sleep(0.1)
    second.close()
    thread.join(timeout=20)
    assert 0.09 < waited[0] < 5.0


def test_who_is_left_alone_goes_on() -> None:
    """When the other closes, every turn comes at once."""
    first, second = pair()
    second.close()
    assert first.pass_on() < 1.0
    assert first.pass_on() < 1.0
    first.take()


def test_a_pair_is_a_context() -> None:
    """Leaving the block lets the other go on, also by an error."""
    first, second = pair()
    with first:
        pass
    assert second.pass_on() < 1.0


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="a thread cannot choose its core here")
def test_a_thread_keeps_to_one_core_for_a_while() -> None:
    """It is the same core for everybody who may use the same ones, and all are its own again afterwards."""
    allowed = os.sched_getaffinity(0)
    with on_one_core():
        inside = os.sched_getaffinity(0)
    assert inside == {max(allowed)}
    assert os.sched_getaffinity(0) == allowed
