"""What a check is, what it found, and how one is carried out."""

from __future__ import annotations

import contextlib
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from benchkit.errors import ContractError, PluginError, Unsupported
from benchkit.registry import Offer, printable
from benchkit.runner.guard import PLUGIN_FAULTS, contract_error, described
from benchkit.runner.surroundings import surroundings_kept

State = Literal["passed", "failed", "unsupported", "not run"]

SpecimenT = TypeVar("SpecimenT")


class NotApplicable(Exception):  # noqa: N818 - no error: there is nothing to check here
    """Raised by a check where there is nothing to check, with the reason: no CUDA, a door that is not overridden."""


@dataclass(frozen=True)
class Check(Generic[SpecimenT]):
    """One promise of a door.

    Attributes:
        name: lower-case words joined by hyphens.
        protects: what goes wrong where the promise is not kept, in one line.
        examine: raises ContractError (got, expected, next step) where it is not kept; ``Unsupported`` of the plugin's
            own and ``NotApplicable`` pass through it. What it returns is a remark on a promise that is kept.
    """

    name: str
    protects: str
    examine: Callable[[SpecimenT], str | None]


@dataclass(frozen=True)
class Finding:
    """What came of one check.

    Attributes:
        check: its name.
        state: ``passed``, ``failed``, ``unsupported`` (the plugin says so itself, with a reason) or ``not run``.
        said: one paragraph: what is wrong, the reason, or a remark; empty where there is nothing to say.
        seconds: what it took. Who comes first pays for the fits that checks of one object share.
        error: what is raised under pytest, if it failed.
    """

    check: str
    state: State
    said: str = ""
    seconds: float = 0.0
    error: PluginError | None = field(default=None, repr=False, compare=False)


def carry_out(check: Check[SpecimenT], specimen: SpecimenT, offer: Offer[Any]) -> Finding:
    """Carry out one check: whatever the plugin raises is a finding, and what is global is put back.

    Args:
        check: the check.
        specimen: what it examines.
        offer: the plugin's object, to be named in what is said.
    """
    start = time.perf_counter()
    try:
        with surroundings_kept(), _heard_elsewhere():
            remark = check.examine(specimen)
    except PLUGIN_FAULTS as error:
        return _found(error, check, offer, time.perf_counter() - start)
    return Finding(check.name, "passed", printable(remark or ""), time.perf_counter() - start)


def require(kept: bool, offer: Offer[Any], message: str) -> None:
    """Raise a ContractError that names the plugin unless ``kept``; ``message``: where, got, expected, next step."""
    if not kept:
        raise contract_error(offer, message)


def _found(error: BaseException, check: Check[Any], offer: Offer[Any], seconds: float) -> Finding:
    if isinstance(error, NotApplicable):
        return Finding(check.name, "not run", printable(str(error)), seconds)
    if isinstance(error, Unsupported) and (reason := printable(str(error.reason))):
        return Finding(check.name, "unsupported", reason, seconds)
    fault = _fault(error, check, offer)
    fault.add_note(f"The check {check.name!r} protects from this: {check.protects}")
    return Finding(check.name, "failed", printable(str(fault)), seconds, fault)


def _fault(error: BaseException, check: Check[Any], offer: Offer[Any]) -> PluginError:
    if isinstance(error, PluginError) and error.plugin:
        return error
    got, expected = described(error), "no error, or benchkit.Unsupported with the reason where it cannot be done"
    if isinstance(error, Unsupported):
        got, expected = "Unsupported without a reason", "one sentence that says why, and what would help"
    fault: ContractError = contract_error(offer, f"{check.name}: got {got}; expected {expected}.")
    fault.__cause__ = error
    return fault


@contextlib.contextmanager
def _heard_elsewhere() -> Iterator[None]:
    """Send what is printed to standard error, and let a warning be one, also where a test makes errors of them."""
    with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("default")
        yield
