"""What a check found: what it looked at, what disagrees, and what it could not look at."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from benchkit.registry import printable

RELATIVE = 1e-9
"""Numbers agree that differ by less than this share: sums round differently from one NumPy to the next."""

ABSOLUTE = 1e-15
"""Numbers this near to each other agree too: no share of zero is larger than zero."""

RECORDED = (
    "fit_seconds",
    "view_seconds",
    "group_seconds",
    "latency_p99_ms",
    "peak_memory_mb",
    "threads",
    "device",
    "device_name",
    "timing_lane",
    "plugin",
    "distribution",
    "reason",
    "latency_p95_ms",
    "timing_noise",
    "timing_repeats",
    "timing_flags",
    "host_images_per_second",
    "score_memory_mb",
    "flop_per_image",
    "bytes_per_image",
    "fit_together",
    "fit_inputs",
)
"""Fields that say what happened at the time: nothing that is stored tells them again, so only their range is checked.

Throughput, median latency and batch size are checked against each other, and only so. Where all times of a fit group
were kept, which are then fewer than 1,000, they tell the latencies, the noise and the number of repeats again.
"""

Result = Literal["agrees", "disagrees", "not checked"]

_AS_COUNTED: dict[Result, str] = {"agrees": "agree", "disagrees": "disagree", "not checked": "not checked"}


@dataclass(frozen=True)
class Disagreement:
    """One thing that is not as it should be.

    Attributes:
        where: the row, such as ``gaussian on mnist, noise-1, seed 0``, or the file.
        field: which of its fields.
        stored: what stands there, JSON types; None for nothing.
        expected: what should, JSON types.
        why: how that is known.
    """

    where: str
    field: str
    stored: Any
    expected: Any
    why: str


@dataclass(frozen=True)
class Check:
    """One check of one run.

    Attributes:
        name: what it is called.
        looked_at: what it looked at, in words with numbers.
        disagreements: what is wrong.
        unchecked: what could not be checked, and what that would need.
        notes: what is worth knowing and not wrong.
        done: whether anything could be checked at all.
    """

    name: str
    looked_at: str
    disagreements: tuple[Disagreement, ...] = ()
    unchecked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    done: bool = True

    @property
    def result(self) -> Result:
        """Return ``agrees``, ``disagrees`` or ``not checked``."""
        if self.disagreements:
            return "disagrees"
        return "agrees" if self.done else "not checked"


@dataclass(frozen=True)
class Verification:
    """All checks of one run.

    Attributes:
        run: the run's folder.
        checks: in the order in which they were made.
    """

    run: Path
    checks: tuple[Check, ...]

    def __repr__(self) -> str:
        """Return the run's folder and how many checks came to what."""
        counts = Counter(check.result for check in self.checks)
        ended = ", ".join(f"{counts[result]} {_AS_COUNTED[result]}" for result in _AS_COUNTED if counts[result])
        return f"<Verification {printable(str(self.run))}: {ended or 'no checks'}>"

    @property
    def ok(self) -> bool:
        """Whether nothing disagrees; what could not be checked does not disagree."""
        return not self.disagreements

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Return what is wrong, over all checks."""
        return tuple(each for check in self.checks for each in check.disagreements)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        return {
            "run": str(self.run),
            "ok": self.ok,
            "checks": [{"result": check.result, **asdict(check)} for check in self.checks],
            "recorded_only": list(RECORDED),
            "tolerance": {"relative": RELATIVE, "absolute": ABSOLUTE},
        }


class Findings:
    """Collects what one check finds.

    Args:
        name: what the check is called.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._disagreements: list[Disagreement] = []
        self._unchecked: Counter[str] = Counter()
        self._notes: list[str] = []

    def differ(self, where: str, field: str, stored: Any, expected: Any, why: str) -> None:
        """Note that something is wrong."""
        self._disagreements.append(Disagreement(where, field, _plain(stored), _plain(expected), why))

    def compare(
        self, where: str, field: str, stored: Any, expected: Any, why: str, *, absolute: float = ABSOLUTE
    ) -> None:
        """Note a difference if there is one; NaN and None are both nothing."""
        if not agree(_plain(stored), _plain(expected), absolute=absolute):
            self.differ(where, field, stored, expected, why)

    def leave(self, what: str) -> None:
        """Note that something could not be checked, and what that would need; the same words are counted."""
        self._unchecked[what] += 1

    def note(self, text: str) -> None:
        """Note what is worth knowing."""
        self._notes.append(text)

    def check(self, looked_at: str, *, done: bool = True) -> Check:
        """Return the check."""
        unchecked = tuple(f"{what} ({count} rows)" if count > 1 else what for what, count in self._unchecked.items())
        return Check(self.name, looked_at, tuple(self._disagreements), unchecked, tuple(self._notes), done)


def agree(stored: Any, expected: Any, *, absolute: float = ABSOLUTE) -> bool:
    """Return whether two values are the same, numbers up to rounding."""
    if isinstance(stored, float) and isinstance(expected, (int, float)):
        return math.isclose(stored, expected, rel_tol=RELATIVE, abs_tol=absolute)
    return bool(stored == expected)


def _plain(value: Any) -> Any:
    """Return NumPy's and pandas' scalars as JSON types, NaN and NA as None."""
    value = value.item() if hasattr(value, "item") else value
    return None if value is None or value is pd.NA or value != value else value
