"""What is checked of views."""

from __future__ import annotations

from dataclasses import dataclass

from benchkit.contract import View
from benchkit.registry import Offer, Registry
from benchkit.testing.checks import Check


@dataclass(frozen=True)
class ViewSpecimen:
    """One object under examination, with what its checks share.

    Attributes:
        offer: the object, and where it came from.
        registry: who else is there.
    """

    offer: Offer[View]
    registry: Registry

    @classmethod
    def of(cls, offer: Offer[View], registry: Registry) -> ViewSpecimen:
        """Return the specimen; nothing is computed before a check asks for it."""
        return cls(offer, registry)


CHECKS: tuple[Check[ViewSpecimen], ...] = ()
"""In the order in which they are carried out."""
