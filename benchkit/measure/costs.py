"""What a detector costs: the measured times and sizes of a cell, with their unit and direction."""

from __future__ import annotations

from benchkit.measure.metrics import Metric

COSTS: dict[str, Metric] = {
    cost.name: cost
    for cost in (
        Metric("fit_seconds", "fit", "s", higher_is_better=False),
        Metric("view_seconds", "view training", "s", higher_is_better=False),
        Metric("images_per_second", "throughput", "images/s", higher_is_better=True),
        Metric("latency_p50_ms", "median latency", "ms/batch", higher_is_better=False),
        Metric("latency_p95_ms", "95th percentile latency", "ms/batch", higher_is_better=False),
        Metric("latency_p99_ms", "99th percentile latency", "ms/batch", higher_is_better=False),
        Metric("host_images_per_second", "throughput from the host's memory", "images/s", higher_is_better=True),
        Metric("peak_memory_mb", "peak memory", "MB", higher_is_better=False),
        Metric("score_memory_mb", "peak memory of a batch", "MB", higher_is_better=False),
    )
}
"""Every cost by the name of its field in the cell; MB are of 2**20 bytes."""
