"""Plugins' objects on their way through a cluster's scheduler, which does not know their modules."""

from __future__ import annotations

from dataclasses import dataclass
from multiprocessing.reduction import ForkingPickler
from typing import Any


@dataclass(frozen=True)
class Parcel:
    """Objects closed up for the wire, as processes of one run send them to each other; never in a file.

    Attributes:
        content: bytes that nobody but the worker opens.
    """

    content: bytes

    @classmethod
    def of(cls, *values: Any) -> Parcel:
        """Close objects up.

        Raises:
            Exception: what an object raises that can't be sent.
        """
        return cls(bytes(ForkingPickler.dumps(values)))

    def open(self) -> Any:
        """Return the objects; their plugin files have to be loaded."""
        return ForkingPickler.loads(self.content)


def can_be_sent(value: object) -> bool:
    """Return whether an object can be handed to another process."""
    try:
        Parcel.of(value)
    except Exception:  # whatever a stranger's object does instead
        return False
    return True
