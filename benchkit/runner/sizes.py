"""Amounts of memory as people write them."""

from __future__ import annotations

import math
import re

from benchkit.errors import UsageError

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def parse_size(text: str) -> int:
    """Return ``4GB``, ``512MiB`` or ``1000000`` as bytes; a ``k`` is 1,000, a ``Ki`` 1,024.

    Raises:
        UsageError: it is no size.
    """
    found = _SIZE.fullmatch(text.strip())
    if not found or not math.isfinite(float(found[1])):
        raise UsageError(f"memory limit: got {text!r}; expected a size, such as 4GB, 512MiB or 1000000.")
    number, unit, binary = found.groups()
    return int(float(number) * (1024 if binary else 1000) ** _POWERS[unit.lower()])
