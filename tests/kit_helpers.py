"""What the tests of the conformance kit share."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from benchkit.registry import Offer, Registry
from benchkit.testing.checks import Check, Finding, carry_out


def findings(item: Any, checks: tuple[Check[Any], ...], specimen: Any) -> dict[str, Finding]:
    """Carry out all checks of a kind on one object, by the name of the check.

    Args:
        item: the object.
        checks: the kind's.
        specimen: the class of what they examine.
    """
    offer = Offer[Any](item, "toys", "toys", "1.0")
    subject = specimen.of(offer, Registry())
    return {check.name: carry_out(check, subject, offer) for check in checks}


def failed(found: dict[str, Finding]) -> dict[str, str]:
    """Return what failed, and what is said of it."""
    return {name: finding.said for name, finding in found.items() if finding.state == "failed"}


_ASKED: list[str] = []


def with_second_device(monkeypatch: pytest.MonkeyPatch, module: Any) -> None:
    """Let the processor stand in for a GPU where there is none, in a module of checks that compare the two."""
    _ASKED.clear()

    def asked() -> torch.device:
        _ASKED.append("asked")
        return torch.device("cpu")

    if not torch.cuda.is_available():
        monkeypatch.setattr(module, "accelerator", asked)


def is_second(device: torch.device) -> bool:
    """Return whether images lie on a GPU, or on the processor since it was taken for one."""
    return device.type == "cuda" or bool(_ASKED)
