"""Small stored runs to compare: real metrics of drawn scores, at the place where a run would leave them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchkit.compare.judgement import Judgement
from benchkit.compare.matching import Pair
from benchkit.measure.metrics import evaluate
from benchkit.measure.threshold import parse_policy
from benchkit.results import SCHEMA_VERSION, Cell

Array = NDArray[np.float64]
Scores = tuple[Array, Array]
Board = Mapping[tuple[str, str], Scores]

HARDWARE = {"machine": "x86_64", "cpu": "a processor", "cores": 2, "torch": "2.0", "device": "cpu"}


def drawn(shift: float, n: int = 400, seed: int = 0) -> Scores:
    """Return scores of n normal and n anomalous images, ``shift`` standard deviations apart."""
    generator = np.random.default_rng(seed)
    return generator.normal(size=n), generator.normal(size=n) + shift


def board(shift: float = 1.5, **scores: Scores) -> dict[tuple[str, str], Scores]:
    """Return two detectors on two anomalies; ``gaussian__noise=…`` puts other scores in a place."""
    made = {
        (detector, anomaly): drawn(shift, seed=seed)
        for seed, (detector, anomaly) in enumerate(
            [("gaussian", "noise"), ("gaussian", "fashion"), ("deep-ae", "noise"), ("deep-ae", "fashion")]
        )
    }
    return made | {tuple(name.replace("_", "-").split("--")): value for name, value in scores.items()}  # type: ignore[misc]


def row(detector: str, anomaly: str, scores: Scores, **changes: Any) -> dict[str, Any]:
    """Return a cell of these scores, measured as a run would."""
    threshold = parse_policy("quantile:0.95").fit(scores[0])
    numbers = evaluate(*scores, threshold=threshold, prevalence=0.5)
    cell = Cell(
        dataset="toy", detector=detector, view="pixels", anomaly=anomaly, seed=0, status="ok",
        threshold=threshold.high, threshold_policy="quantile:0.95", prevalence=0.5, n_normal=len(scores[0]),
        n_anomaly=len(scores[1]), protocol="aaa-bbb", settings="ccc", images_per_second=100.0, latency_p50_ms=1.0,
        latency_p99_ms=2.0, batch_size=8, device="cpu", device_name="a processor", threads=1, timing_lane="exclusive",
        **numbers,
    )  # fmt: skip
    return cell.to_dict() | changes


def store(
    folder: Path, scores: Board, *, keep: bool = True, manifest: Mapping[str, Any] | None = None, **changes: Any
) -> Path:
    """Store a run of these scores; ``changes`` go into every cell, ``manifest`` into run.json."""
    rows = [row(detector, anomaly, each, **changes) for (detector, anomaly), each in scores.items()]
    write(folder, rows, **(manifest or {}))
    for (detector, anomaly), (normal, anomalous) in scores.items() if keep else ():
        path = folder / "scores" / f"toy--{detector}--{anomaly}--s0.npz"
        path.parent.mkdir(exist_ok=True)
        np.savez(path, normal=normal, anomaly=anomalous, calibration=normal)
    return folder


def write(folder: Path, rows: list[dict[str, Any]], **manifest: Any) -> Path:
    """Write a run's files."""
    folder.mkdir(parents=True, exist_ok=True)
    record = {"schema": SCHEMA_VERSION, "state": "finished", "hardware": HARDWARE, "settings": {}, **manifest}
    (folder / "run.json").write_text(json.dumps(record))
    (folder / "cells.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in rows))
    return folder


def change(folder: Path, detector: str, anomaly: str, **changes: Any) -> Path:
    """Change fields of one stored cell."""
    rows = [json.loads(line) for line in (folder / "cells.jsonl").read_text().splitlines()]
    for each in rows:
        if (each["detector"], each["anomaly"]) == (detector, anomaly):
            each.update(changes)
    (folder / "cells.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in rows))
    return folder


def drop(folder: Path, detector: str, anomaly: str) -> Path:
    """Take one cell away."""
    rows = [json.loads(line) for line in (folder / "cells.jsonl").read_text().splitlines()]
    kept = [each for each in rows if (each["detector"], each["anomaly"]) != (detector, anomaly)]
    (folder / "cells.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in kept))
    return folder


def pair(detector: str = "gaussian", anomaly: str = "noise") -> Pair:
    """Return a pair of which only the name counts."""
    return Pair(("toy", detector, anomaly, 0), {}, {})


def judgement(**changes: Any) -> Judgement:
    """Return a judgement that nothing moved."""
    values: dict[str, Any] = {
        "dataset": "toy", "detector": "gaussian", "anomaly": "noise", "seed": 0, "metric": "auroc", "verdict": "SAME",
        "base": 0.9, "head": 0.9, "difference": 0.0, "low": 0.0, "high": 0.0, "method": "identical",
    }  # fmt: skip
    return Judgement(**{**values, **changes})
