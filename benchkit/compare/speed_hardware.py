"""What two timings must have in common to be compared: the device, its threads, the size of a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Hardware:
    """What something was timed on; None or empty where the file does not say, which differs from nothing.

    Attributes:
        device: kind of the device: ``cpu``, ``cuda`` or ``mps``.
        device_name: the processor's or the accelerator's own name.
        machine: instruction set of the processor, such as ``x86_64``.
        cores: processors that could be used.
        threads: threads that torch used for CPU work.
        batch_size: images a timed batch.
    """

    device: str = ""
    device_name: str = ""
    machine: str = ""
    cores: int | None = None
    threads: int | None = None
    batch_size: int | None = None


_TITLES = {
    "device": "device",
    "device_name": "processor or accelerator",
    "machine": "instruction set",
    "cores": "number of cores",
    "threads": "number of threads",
    "batch_size": "batch size",
}


def hardware_differences(pairs: Iterable[tuple[Hardware, Hardware]]) -> tuple[str, ...]:
    """Return what differs, one clause each: ``the number of threads is 2 in BASE and 1 in HEAD (4 of 4 timings)``.

    Args:
        pairs: BASE's and HEAD's hardware of each timing that is to be compared.
    """
    together = list(pairs)
    found: Counter[tuple[str, Any, Any]] = Counter()
    for base, head in together:
        found.update(_differing(base, head))
    return tuple(
        f"the {_TITLES[name]} is {one} in BASE and {other} in HEAD ({count} of {len(together)} timings)"
        for (name, one, other), count in found.items()
    )


def _differing(base: Hardware, head: Hardware) -> list[tuple[str, Any, Any]]:
    values = [(field.name, getattr(base, field.name), getattr(head, field.name)) for field in fields(Hardware)]
    return [(name, one, other) for name, one, other in values if one and other and one != other]
