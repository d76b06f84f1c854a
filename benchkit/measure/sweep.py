"""What timing a call at one batch size came to, as it is stored; of several sizes it is a sweep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchkit.measure.flags import joined

if TYPE_CHECKING:  # a stored sweep is read without torch
    from benchkit.measure.timing import Throughput


@dataclass(frozen=True, kw_only=True)
class SizeTiming:
    """One size of a sweep.

    Attributes:
        asked: images a batch that were asked for.
        batch_size: images a batch that was timed: fewer where that many did not fit in memory.
        images_per_second: batch size by median batch time; higher is better.
        latency_p50_ms: median time of one batch; lower is better.
        latency_p95_ms: 95th percentile of it.
        latency_p99_ms: 99th percentile of it.
        noise: half width of the median's 95 % interval, as a share of it.
        repeats: timed batches.
        flags: words of ``benchkit.measure.flags``, separated by blanks; empty: nothing was wrong.
    """

    asked: int
    batch_size: int
    images_per_second: float
    latency_p50_ms: float
    latency_p95_ms: float
    latency_p99_ms: float
    noise: float
    repeats: int
    flags: str = ""

    @classmethod
    def of(cls, asked: int, measured: Throughput, also: Iterable[str] = ()) -> SizeTiming:
        """Return what was measured where ``asked`` images a batch were asked for, flagged with other words ``also``."""
        return cls(
            asked=asked,
            batch_size=measured.batch_size,
            images_per_second=measured.images_per_second,
            latency_p50_ms=measured.latency_p50_ms,
            latency_p95_ms=measured.latency_p95_ms,
            latency_p99_ms=measured.latency_p99_ms,
            noise=measured.noise,
            repeats=measured.repeats,
            flags=joined({*measured.flags, *also}),
        )
