"""What the tests of the conformance kit share."""

from __future__ import annotations

from typing import Any

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
