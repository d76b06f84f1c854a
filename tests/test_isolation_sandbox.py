"""A sandbox: one process for call after call, replaced when it ends, and nothing left when it is closed."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import isolation_helpers as helpers
import pytest
from isolation_helpers import Homebound, Homesick, echo, has_ended, sandbox_in, sleep_for_ever, until

from benchkit.runner.isolation.death import Death
from benchkit.runner.isolation.sandbox import Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for the tests that leave it as they found it, or have it begin anew."""
    with sandbox_in(tmp_path_factory.mktemp("sandbox")) as made:
        yield made


def test_one_process_serves_call_after_call(sandbox: Sandbox) -> None:
    """It is another process than this one, and the same for each call."""
    pids = {sandbox.call(echo, number)[0] for number in range(3)}
    assert len(pids) == 1
    assert os.getpid() not in pids
    assert not sandbox.is_fresh


def test_what_a_function_raises_reaches_the_caller_and_costs_no_process(sandbox: Sandbox) -> None:
    """Its exceptions pass as they are; what would end a thread, as Ctrl-C or a panic, is a RuntimeError."""
    pid, _ = sandbox.call(echo, None)
    with pytest.raises(ValueError, match="said the function"):
        sandbox.call(helpers.fail, "said the function")
    with pytest.raises(RuntimeError, match="KeyboardInterrupt was raised in the worker process"):
        sandbox.call(helpers.interrupt)
    with pytest.raises(RuntimeError, match="PanicError"):
        sandbox.call(helpers.panic)
    assert sandbox.call(echo, None)[0] == pid


def test_what_a_process_prints_is_told_once(sandbox: Sandbox) -> None:
    """Nothing of it reaches this process's output; it is said when it is asked for, and then it is gone."""
    sandbox.call(echo, None)
    sandbox.said()
    sandbox.call(helpers.say, "good evening")
    sandbox.call(helpers.say, "x" * 100_000)
    said = sandbox.said()
    assert said.endswith("xxx\n")
    assert len(said) == 20_000
    assert sandbox.said() == ""


def death_of(sandbox: Sandbox, function: Callable[..., object], *args: object, limit: float | None = None) -> Death:
    """Call a function that ends the process; return what is known of that."""
    pid, _ = sandbox.call(echo, None)
    with pytest.raises(Death) as caught:
        sandbox.call(function, *args, limit=limit)
    assert until(lambda: has_ended(pid))
    assert sandbox.is_fresh
    return caught.value


def test_a_process_that_ends_is_a_death_and_the_next_call_has_another(sandbox: Sandbox) -> None:
    """Exit status, last words and seconds are known, also of an end with status 0, which nobody announces."""
    before, _ = sandbox.call(echo, None)
    death = death_of(sandbox, helpers.leave, 0)
    assert (death.status, death.how) == ("crashed", "ended itself with exit status 0")
    assert death.text == "these are my last words\n"
    assert 0 <= death.seconds < 60
    after, _ = sandbox.call(echo, None)
    assert after != before


def test_a_segmentation_fault_leaves_its_traceback(sandbox: Sandbox) -> None:
    """The signal is named, and the last words are those of faulthandler, with the function's name."""
    death = death_of(sandbox, helpers.segfault)
    assert (death.status, death.how) == ("crashed", "was ended by SIGSEGV")
    assert "Segmentation fault" in death.text
    assert "in segfault" in death.text


def test_a_limit_ends_the_process(sandbox: Sandbox) -> None:
    """One that never returns is ended when its time is over, and not before; it says where it was."""
    death = death_of(sandbox, sleep_for_ever, limit=0.3)
    assert (death.status, death.how) == ("timeout", "was ended, as --timeout 0.3 asks,")
    assert death.seconds > 0.3
    assert "in sleep_for_ever" in death.text


def test_a_process_that_died_between_two_calls_is_replaced(sandbox: Sandbox) -> None:
    """Whoever asks first gets a new one; whoever relies on what the last call left there hears that it is gone."""
    pid, _ = sandbox.call(helpers.leave_later, 0.1)
    assert until(lambda: not Path(f"/proc/{pid}").exists())
    with pytest.raises(Death):
        sandbox.call(echo, None)
    second, _ = sandbox.call(echo, None)
    os.kill(second, signal.SIGKILL)
    assert until(lambda: not Path(f"/proc/{second}").exists())
    assert sandbox.is_fresh
    assert sandbox.call(echo, None)[0] not in {pid, second}


def test_what_cannot_be_sent_says_why_instead_of_hanging(sandbox: Sandbox) -> None:
    """The object's own error reaches the caller, whatever it is and on whichever side, and costs no process."""
    pid, _ = sandbox.call(echo, None)
    with pytest.raises(TypeError, match="pickle"):
        sandbox.call(echo, threading.Lock())
    with pytest.raises(RuntimeError, match="I stay where I am"):
        sandbox.call(echo, Homebound())
    with pytest.raises(RuntimeError, match="not in this house"):
        sandbox.call(echo, Homesick())
    assert sandbox.call(echo, 5) == (pid, 5)


def test_closing_ends_the_process_and_who_waits_for_it(tmp_path: Path) -> None:
    """No process and no folder is left, a call in another thread ends at once, and there is no next call."""
    met: list[BaseException] = []

    def wait_for_ever() -> None:
        try:
            sandbox.call(sleep_for_ever)
        except BaseException as error:
            met.append(error)

    with sandbox_in(tmp_path) as sandbox:
        pid, _ = sandbox.call(echo, None)
        driver = threading.Thread(target=wait_for_ever)
        driver.start()
        sandbox.close()
        driver.join(10)
    assert not driver.is_alive()
    assert [type(error) for error in met] in ([Death], [RuntimeError])
    assert until(lambda: has_ended(pid))
    assert not (tmp_path / "0").exists()
    with pytest.raises(RuntimeError, match="closed"):
        sandbox.call(echo, None)


def test_a_sandbox_that_was_never_used_can_be_closed(tmp_path: Path) -> None:
    """Nothing was made, so nothing has to be there."""
    with sandbox_in(tmp_path) as sandbox:
        assert sandbox.is_fresh
    assert list(tmp_path.iterdir()) == []
