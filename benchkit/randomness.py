"""A source of randomness for a plugin: of its own name, and the same on every device."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def source_of(name: str, seed: int) -> torch.Generator:
    """Return a generator on the CPU, seeded by a name and a seed.

    Two plugins under one seed draw differently, and what is drawn on the CPU and moved is the same on every device.

    Args:
        name: the plugin object's.
        seed: as it was given to ``fit`` or ``generate``.
    """
    import torch

    digest = hashlib.sha256(f"{name}:{seed}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)
