"""Amounts of memory, and sizes of batches, as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from benchkit.errors import UsageError

MOST_IMAGES = 1 << 20
"""The largest batch that may be asked for."""

_SIZE = re.compile(r"([0-9]{1,20}(?:\.[0-9]{1,20})?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def parse_size(text: str, what: str = "memory limit") -> int:
    """Return ``4GB``, ``512MiB`` or ``1000000`` as bytes; a ``k`` is 1,000, a ``Ki`` 1,024.

    Args:
        text: what was given.
        what: it was given for.

    Raises:
        UsageError: it is no size.
    """
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise UsageError(f"{what}: got {text!r}; expected a size, such as 4GB, 512MiB or 1000000.")
    number, unit, binary = found.groups()
    return int(Fraction(number) * (1024 if binary else 1000) ** _POWERS[unit.lower()])  # 4.1 is no float


def batch_sizes_from(given: str | Iterable[int]) -> tuple[int, ...]:
    """Return sizes of batches, such as ``1,64,1024`` or ``[1, 64, 1024]``, in ascending order.

    Raises:
        UsageError: one of them is no whole number from 1 to ``MOST_IMAGES``, or stands there twice.
    """
    asked: list[Any] = _whole_numbers(given) if isinstance(given, str) else _listed(given)
    sizes = [size for size in asked if type(size) is int and 1 <= size <= MOST_IMAGES]
    if len(set(sizes)) != len(asked):
        raise UsageError(
            f"batch sizes: got {given!r}; expected whole numbers from 1 to {MOST_IMAGES:,}, none of them twice, such "
            "as 1,64,1024,16384."
        )
    return tuple(sorted(sizes))


def _listed(given: object) -> list[Any]:
    """Return what an iterable yields; what is none as the only thing asked for."""
    return list(given) if isinstance(given, Iterable) else [None]


def _whole_numbers(text: str) -> list[Any]:
    """Return the numbers between commas, None for what is none."""
    parts = [part.strip() for part in text.split(",")]
    return [int(part) if part.isascii() and part.isdigit() and len(part) < 12 else None for part in parts]
