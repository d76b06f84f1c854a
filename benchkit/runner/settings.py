"""What one run is asked to do, beside which plugins take part."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypedDict

from benchkit.errors import UsageError
from benchkit.measure.threshold import parse_policy

DEFAULT_THRESHOLD = "quantile:0.95"
DEFAULT_PREVALENCE = 0.5
DEFAULT_BATCH_SIZE = 1024
DEFAULT_TIMING_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """Settings of a run; checked when made.

    Attributes:
        seeds: every detector is fitted once a seed; not empty, no repeats, not negative.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps``.
        jobs: worker processes; 1 keeps everything in this process.
        prevalence: share of anomalies that precision, F1 and average precision are weighted to, in (0, 1).
        threshold: policy that sets the threshold from normal calibration scores.
        batch_size: images a timed batch.
        timing_seconds: time budget for the throughput of one fitted detector.
        save_scores: keep the raw scores, so that every metric can be computed again.

    Raises:
        UsageError: a value is out of range.
    """

    seeds: tuple[int, ...] = (0,)
    device: str = "auto"
    jobs: int = 1
    prevalence: float = DEFAULT_PREVALENCE
    threshold: str = DEFAULT_THRESHOLD
    batch_size: int = DEFAULT_BATCH_SIZE
    timing_seconds: float = DEFAULT_TIMING_SECONDS
    save_scores: bool = True

    def __post_init__(self) -> None:
        # The canonical text, so that `quantile:0.950` makes no other protocol than `quantile:0.95`.
        object.__setattr__(self, "threshold", parse_policy(self.threshold).text)
        seeds_fit = bool(self.seeds) and min(self.seeds) >= 0 and len(set(self.seeds)) == len(self.seeds)
        _check("seeds", self.seeds, seeds_fit, "at least one, none negative, none twice")
        _check("jobs", self.jobs, self.jobs >= 1, "1 or more")
        _check("prevalence", self.prevalence, 0.0 < self.prevalence < 1.0, "a share between 0 and 1, such as 0.5")
        _check("batch size", self.batch_size, self.batch_size >= 1, "1 or more")
        timing_fits = math.isfinite(self.timing_seconds) and self.timing_seconds > 0
        _check("timing seconds", self.timing_seconds, timing_fits, "a positive number")

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {**asdict(self), "seeds": list(self.seeds)}


class SettingOptions(TypedDict, total=False):
    """The fields of RunSettings, beside the seeds, as keyword arguments of ``benchkit.run``."""

    device: str
    jobs: int
    prevalence: float
    threshold: str
    batch_size: int
    timing_seconds: float
    save_scores: bool


def _check(what: str, got: object, good: bool, expected: str) -> None:
    if not good:
        raise UsageError(f"run settings: {what}: got {got!r}; expected {expected}.")


def seeds_from(seeds: int | Iterable[int]) -> tuple[int, ...]:
    """Return the seeds: ``3`` means 0, 1 and 2; an iterable is taken as it stands."""
    return tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)
