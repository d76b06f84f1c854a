"""What a check is, what it found, and how a list of them is carried out."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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
            own and ``NotApplicable`` pass through it.
    """

    name: str
    protects: str
    examine: Callable[[SpecimenT], None]


@dataclass(frozen=True)
class Finding:
    """What came of one check.

    Attributes:
        check: its name.
        state: ``passed``, ``failed``, ``unsupported`` (the plugin says so itself, with a reason) or ``not run``.
        said: one paragraph where it did not pass.
        seconds: what it took.
    """

    check: str
    state: State
    said: str = ""
    seconds: float = 0.0


def carry_out(check: Check[SpecimenT], specimen: SpecimenT, offer: Offer[Any]) -> Finding:
    """Carry out one check: whatever the plugin raises is a finding, and what is global is put back.

    Args:
        check: the check.
        specimen: what it examines.
        offer: the plugin's object, to be named in what is said.
    """
    start = time.perf_counter()
    try:
        with surroundings_kept(), _prints_elsewhere():
            check.examine(specimen)
    except PLUGIN_FAULTS as error:
        return Finding(check.name, *_verdict(error, check, offer), time.perf_counter() - start)
    return Finding(check.name, "passed", "", time.perf_counter() - start)


def require(kept: bool, offer: Offer[Any], message: str) -> None:
    """Raise a ContractError that names the plugin unless ``kept``; ``message``: where, got, expected, next step."""
    if not kept:
        raise contract_error(offer, message)


def failures(findings: Sequence[Finding]) -> list[Finding]:
    """Return those that failed."""
    return [finding for finding in findings if finding.state == "failed"]


def _verdict(error: BaseException, check: Check[Any], offer: Offer[Any]) -> tuple[State, str]:
    if isinstance(error, NotApplicable):
        return "not run", printable(str(error))
    if isinstance(error, Unsupported):
        return "unsupported", printable(str(error.reason))
    if isinstance(error, PluginError) and error.plugin:
        return "failed", printable(str(error))
    got: ContractError = contract_error(offer, f"{check.name}: got {described(error)}; expected no error.")
    return "failed", printable(str(got))


@contextlib.contextmanager
def _prints_elsewhere() -> Iterator[None]:
    with contextlib.redirect_stdout(sys.stderr):
        yield
