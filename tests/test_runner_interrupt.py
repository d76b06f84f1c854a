"""Ctrl-C: the first is noted, the second ends, and afterwards it means what it meant before."""

from __future__ import annotations

import signal
import threading

import pytest
from isolation_helpers import until

from benchkit.runner.interrupt import STOPPING, Interrupt


def press() -> None:
    """Press Ctrl-C."""
    signal.raise_signal(signal.SIGINT)


def test_the_first_is_noted_and_the_second_ends() -> None:
    """Once: ``asked`` is set, who waits is called, the user is told. Twice: KeyboardInterrupt."""
    told: list[str] = []
    with Interrupt(lambda: told.append("close"), told.append) as interrupt:
        assert not interrupt.asked
        press()
        assert interrupt.asked
        assert until(lambda: len(told) == 2)
        with pytest.raises(KeyboardInterrupt):
            press()
    assert told == ["close", STOPPING]


def test_whoever_is_called_may_wait_for_what_was_interrupted() -> None:
    """A lock that the interrupted instructions hold is no deadlock: they go on, and it is had afterwards."""
    lock, closed = threading.Lock(), threading.Event()

    def close() -> None:
        with lock:
            closed.set()

    with Interrupt(close, lambda text: None):
        with lock:
            press()
            assert not closed.wait(0.05)
        assert closed.wait(20)


@pytest.mark.parametrize("error", [None, ValueError])
def test_afterwards_it_means_what_it_meant_before(error: type[Exception] | None) -> None:
    """Whatever ended the block, the handler that was there is there again."""
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: caught.append(number))
    try:
        mine = signal.getsignal(signal.SIGINT)
        try:
            with Interrupt(lambda: None, lambda text: None):
                assert signal.getsignal(signal.SIGINT) is not mine
                if error is not None:
                    raise error
        except ValueError:
            assert error is ValueError
        assert signal.getsignal(signal.SIGINT) is mine
        press()
        assert caught == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_outside_the_main_thread_nothing_is_taken() -> None:
    """There no handler can be set; the block runs all the same, and the main thread's Ctrl-C is left alone."""
    before, seen = signal.getsignal(signal.SIGINT), []

    def work() -> None:
        with Interrupt(lambda: None, lambda text: None) as interrupt:
            seen.append((interrupt.asked, signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(False, before)]
