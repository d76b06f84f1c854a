"""What a check is, and what comes of one that is carried out."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from toy_plugins import Brightness
from training_helpers import random_state_untouched

from benchkit.errors import ContractError, Unsupported
from benchkit.registry import Offer
from benchkit.runner.guard import contract_error
from benchkit.testing.checks import Check, Finding, NotApplicable, carry_out, require

OFFER: Offer[Any] = Offer(Brightness(), "toys", "toys-ad", "1.0")


def carried_out(examine: Callable[[object], str | None]) -> Finding:
    """Return what comes of a check."""
    return carry_out(Check("honest", "lies.", examine), None, OFFER)


def raising(error: BaseException) -> Finding:
    """Return what comes of a check that raises an error."""

    def examine(specimen: object) -> str | None:
        raise error

    return carried_out(examine)


def test_a_check_that_returns_passes() -> None:
    """With a remark if there is one, in one printable line, and the seconds that it took."""
    assert carried_out(lambda specimen: None) == Finding("honest", "passed", "", seconds=pytest.approx(0, abs=5))
    assert carried_out(lambda specimen: "two\nlines\x1b").said == "two lines\\x1b"


@pytest.mark.parametrize(
    ("error", "state", "said"),
    [
        (NotApplicable("there is no CUDA here"), "not run", "there is no CUDA here"),
        (Unsupported("needs colour images"), "unsupported", "needs colour images"),
        (Unsupported("  "), "failed", "got Unsupported without a reason; expected one sentence that says why"),
        (ValueError("too large"), "failed", "honest: got ValueError: too large (test_testing_checks.py:"),
        (SystemExit(3), "failed", "got SystemExit: 3"),
        (contract_error(OFFER, "scorer: got lies; expected none."), "failed", "scorer: got lies; expected none."),
    ],
)
def test_whatever_a_plugin_raises_is_a_finding(error: BaseException, state: str, said: str) -> None:
    """A reason is no fault; what it breaks of its door and what it raises is one."""
    found = raising(error)
    assert found.state == state
    assert said in found.said
    assert (found.error is not None) == (state == "failed")


def test_a_failure_names_the_plugin_and_keeps_the_way_to_its_code() -> None:
    """For pytest: the error that was raised, and a note on what the check is for."""
    found = raising(ValueError("too large"))
    assert found.said.startswith("plugin 'toys' (toys-ad 1.0): Brightness 'brightness': honest: got ValueError")
    assert isinstance(found.error, ContractError)
    assert isinstance(found.error.__cause__, ValueError)
    assert found.error.__notes__ == ["The check 'honest' protects from this: lies."]


def test_ctrl_c_passes() -> None:
    """It is the user's."""
    with pytest.raises(KeyboardInterrupt):
        raising(KeyboardInterrupt())


def test_what_is_global_is_put_back_and_prints_go_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    """Random states, torch's settings, standard output."""

    def examine(specimen: object) -> None:
        print("hello")
        random.random()
        torch.rand(1)
        torch.set_default_dtype(torch.float64)

    with random_state_untouched():
        assert carried_out(examine).state == "passed"
    assert torch.get_default_dtype() == torch.float32
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "hello\n")


def test_a_warning_is_no_failure_where_tests_make_errors_of_them() -> None:
    """As these tests do: the kit finds the same under pytest as on the command line."""
    with pytest.warns(UserWarning, match="few inputs"):
        assert carried_out(lambda specimen: warnings.warn("few inputs", stacklevel=1)).state == "passed"
    with pytest.raises(UserWarning, match="few inputs"):
        warnings.warn("few inputs", stacklevel=1)


def test_what_is_required_is_an_error_that_names_the_plugin() -> None:
    """And nothing where it is kept."""
    require(True, OFFER, "never said")
    with pytest.raises(ContractError, match=r"plugin 'toys'.*'brightness': scorer: got lies"):
        require(False, OFFER, "scorer: got lies; expected none.")
