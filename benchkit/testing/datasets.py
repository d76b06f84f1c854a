"""What is checked of data sets."""

from __future__ import annotations

from dataclasses import dataclass

from benchkit.contract import Dataset
from benchkit.registry import Offer, Registry
from benchkit.testing.checks import Check


@dataclass(frozen=True)
class DatasetSpecimen:
    """One object under examination, with what its checks share.

    Attributes:
        offer: the object, and where it came from.
        registry: who else is there.
    """

    offer: Offer[Dataset]
    registry: Registry

    @classmethod
    def of(cls, offer: Offer[Dataset], registry: Registry) -> DatasetSpecimen:
        """Return the specimen; nothing is computed before a check asks for it."""
        return cls(offer, registry)


CHECKS: tuple[Check[DatasetSpecimen], ...] = ()
"""In the order in which they are carried out."""
