"""What is checked of anomaly generators."""

from __future__ import annotations

from dataclasses import dataclass

from benchkit.contract import AnomalyGenerator
from benchkit.registry import Offer, Registry
from benchkit.testing.checks import Check


@dataclass(frozen=True)
class AnomalySpecimen:
    """One object under examination, with what its checks share.

    Attributes:
        offer: the object, and where it came from.
        registry: who else is there.
    """

    offer: Offer[AnomalyGenerator]
    registry: Registry

    @classmethod
    def of(cls, offer: Offer[AnomalyGenerator], registry: Registry) -> AnomalySpecimen:
        """Return the specimen; nothing is computed before a check asks for it."""
        return cls(offer, registry)


CHECKS: tuple[Check[AnomalySpecimen], ...] = ()
"""In the order in which they are carried out."""
