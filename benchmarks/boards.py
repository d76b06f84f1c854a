"""Writes runs as large as one likes: every detector against every anomaly, with numbers as a run leaves them.

From the repository's root, a million cells: ``.venv/bin/python benchmarks/boards.py FOLDER``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchkit.measure.metrics import METRICS
from benchkit.results import SCHEMA_VERSION, Cell

DETECTORS, ANOMALIES, SEEDS = 200, 50, 100
"""Of the largest board: a million cells."""

N_HELD_OUT = 10
"""So many of the anomalies make up the group ``held-out``."""


def write_run(folder: Path, *, detectors: int = DETECTORS, anomalies: int = ANOMALIES, seeds: int = SEEDS) -> Path:
    """Write a run of ``detectors`` × ``anomalies`` × ``seeds`` cells, all ``ok``, and return its folder.

    Args:
        folder: the run's own folder; made if it is not there.
        detectors: how many.
        anomalies: how many; the first ten are one group.
        seeds: how many.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps({"schema": SCHEMA_VERSION, "state": "finished"}), encoding="utf-8")
    with (folder / "cells.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(each)}\n" for each in cells(detectors, anomalies, seeds))
    return folder


def cells(detectors: int, anomalies: int, seeds: int) -> Iterator[dict[str, Any]]:
    """Yield the cells as a run stores them: fit group by fit group, drawn from one fixed seed."""
    draw = random.Random(0)  # noqa: S311 - numbers for a benchmark
    names = [f"held-out-{place}" if place < N_HELD_OUT else f"noise-{place}" for place in range(anomalies)]
    for seed, detector in itertools.product(range(seeds), range(detectors)):
        group = {"fit_seconds": draw.expovariate(0.1), "view_seconds": 7.25, "peak_memory_mb": 900 + draw.random()}
        for anomaly in names:
            yield Cell(**_values(draw, detector, anomaly, seed), **group).to_dict()


def _values(draw: random.Random, detector: int, anomaly: str, seed: int) -> dict[str, Any]:
    auroc, speed = draw.betavariate(8, 2), draw.uniform(1e3, 1e6)
    held_out = anomaly.startswith("held-out")
    return {
        "dataset": "mnist", "detector": f"detector-{detector}", "view": f"layer{detector % 3}", "anomaly": anomaly,
        "anomaly_group": "held-out" if held_out else "", "seed": seed, "status": "ok",
        "auroc": auroc, "auroc_low": auroc - 0.01 * draw.random(), "auroc_high": auroc + 0.01 * draw.random(),
        **_others(draw),
        "threshold": draw.gauss(50, 10), "threshold_policy": "quantile:0.95", "prevalence": 0.5,
        "n_train": 48631, "n_calibration": 5446, "n_normal": 9020 if held_out else 5000, "n_anomaly": 980,
        "images_per_second": speed, "latency_p50_ms": 1.024e6 / speed, "latency_p99_ms": 1.5e6 / speed,
        "batch_size": 1024, "device": "cpu", "device_name": "Intel(R) Xeon(R) Processor", "threads": 1,
        "protocol": f"de765f30b129-{anomaly}", "settings": f"{detector:012x}", "plugin": f"plugin-{detector}",
        "distribution": "benchkit 0.1.0", "view_settings": f"{detector % 3:012x}", "timing_lane": "exclusive",
        "group_seconds": draw.expovariate(0.1),
    }  # fmt: skip


def _others(draw: random.Random) -> dict[str, float]:
    """Return every metric but the AUROC, with the ends of its interval rounded as a run's are."""
    values = {metric: draw.random() for metric in METRICS if metric != "auroc"}
    lows = {f"{metric}_low": round(value * 0.99, 6) for metric, value in values.items()}
    highs = {f"{metric}_high": round(value + 0.01 * (1 - value), 6) for metric, value in values.items()}
    return {**values, **lows, **highs}


def _main() -> None:
    parser = argparse.ArgumentParser(description="Write a run of a million cells, or of fewer.")
    parser.add_argument("folder", type=Path, help="the run's folder")
    for name, default in (("detectors", DETECTORS), ("anomalies", ANOMALIES), ("seeds", SEEDS)):
        parser.add_argument(f"--{name}", type=int, default=default, help=f"how many ({default})")
    chosen = parser.parse_args()
    print(write_run(chosen.folder, detectors=chosen.detectors, anomalies=chosen.anomalies, seeds=chosen.seeds))


if __name__ == "__main__":
    _main()
