"""What can be compared: the metrics of quality and of speed, their directions and units."""

from __future__ import annotations

from dataclasses import dataclass

from benchkit.measure.metrics import METRICS


@dataclass(frozen=True)
class Measure:
    """One thing that a rule may name.

    Attributes:
        name: field of the cell, or ``seconds`` of a benchmark.
        title: what a table calls it.
        higher_is_better: its direction.
        share: it is a number from 0 to 1, of which no loss can be larger than 1.
    """

    name: str
    title: str
    higher_is_better: bool
    share: bool = False

    @property
    def bad_sign(self) -> str:
        """Return ``-`` where less is worse, ``+`` where more is."""
        return "-" if self.higher_is_better else "+"


QUALITY: dict[str, Measure] = {
    name: Measure(name, metric.title, metric.higher_is_better, share=True) for name, metric in METRICS.items()
}
"""Metrics of how well a detector ranks and decides."""

SPEED: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure("images_per_second", "images/s", higher_is_better=True),
        Measure("latency_p50_ms", "median latency (ms)", higher_is_better=False),
        Measure("latency_p95_ms", "95 % latency (ms)", higher_is_better=False),
        Measure("latency_p99_ms", "99 % latency (ms)", higher_is_better=False),
        Measure("fit_seconds", "fit (s)", higher_is_better=False),
        Measure("view_seconds", "view (s)", higher_is_better=False),
        Measure("host_images_per_second", "images/s from the host", higher_is_better=True),
        Measure("peak_memory_mb", "peak memory (MB)", higher_is_better=False),
        Measure("score_memory_mb", "memory of a batch (MB)", higher_is_better=False),
        Measure("seconds", "benchmark (s)", higher_is_better=False),
    )
}
"""Metrics of time and memory; ``seconds`` is that of a benchmark of pytest-benchmark."""

MEASURES: dict[str, Measure] = {**QUALITY, **SPEED}
"""Everything that a rule may name, by name."""
