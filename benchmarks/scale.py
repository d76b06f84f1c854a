"""How large the benchmarks are, and where they compute: set by the environment, so that a trial takes seconds.

``BENCHKIT_BENCH_SCALE=0.02`` takes a fiftieth of the images; ``BENCHKIT_BENCH_ROUNDS=1`` one round of everything;
``BENCHKIT_BENCH_BRIEF=1`` the part that fits into minutes; ``BENCHKIT_DEVICE=cuda`` chooses the device.
"""

from __future__ import annotations

import os

SCALE = float(os.environ.get("BENCHKIT_BENCH_SCALE", "1"))
"""Share of the images, 0 to 1. What is measured at less than 1 says whether it works, not how fast it is."""

BRIEF = os.environ.get("BENCHKIT_BENCH_BRIEF", "") not in ("", "0")
"""Whether to leave out what takes longest and has nothing to do with the device."""

ROUNDS = int(os.environ.get("BENCHKIT_BENCH_ROUNDS", "3" if BRIEF else "5"))
"""Rounds of a contest."""

DEVICE_NAME = os.environ.get("BENCHKIT_DEVICE", "cpu")
"""What the performance page is measured on; ``auto`` takes the best that is there."""


def scaled(count: int, *, least: int = 1) -> int:
    """Return ``count`` images, or the share of it that a trial takes."""
    return count if SCALE == 1 else max(least, round(SCALE * count))
