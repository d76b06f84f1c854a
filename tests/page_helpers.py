"""Small runs to make report pages of, with all that a run keeps, or less."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from board_helpers import board_cell
from numpy.typing import NDArray

from benchkit.errors import BenchkitError
from benchkit.measure.metrics import evaluate
from benchkit.measure.threshold import parse_policy
from benchkit.results import Cell, Exhibit, RunStore, Shown, StoredRun, read_run

MANIFEST: dict[str, Any] = {
    "state": "finished",
    "request": {
        "dataset": "digits", "detectors": ["one", "two"], "anomalies": [], "exclude": [], "plugin_files": [],
        "plugin_rules": [],
    },
    "settings": {"seeds": [0], "device": "auto", "threshold": "quantile:0.95", "save_scores": True},
    "changes": {"one": {"epochs": 3}},
    "git": {"commit": "abc", "dirty": True},
    "versions": {"benchkit": "0.1.0"},
    "plugins": ["gaussian benchkit 0.1.0"],
}  # fmt: skip

Scores = dict[str, NDArray[np.float64]]


def made_run(
    folder: Path,
    *,
    detectors: Sequence[str] = ("one", "two"),
    anomalies: Sequence[str] = ("noise-1", "noise-2"),
    seeds: Sequence[int] = (0,),
    policy: str = "quantile:0.95",
    kept: bool = True,
    **changes: Any,
) -> StoredRun:
    """Return a run whose metrics are those of its raw scores.

    Args:
        folder: the results folder.
        detectors: their names; each finds anomalies a little better than the one before.
        anomalies: their names.
        seeds: of every pair.
        policy: of the threshold.
        kept: raw scores and exhibits are kept as well.
        changes: fields of every cell that are others.
    """
    with RunStore.create(folder, "run", MANIFEST) as store:
        for detector in detectors:
            for anomaly in anomalies:
                for seed in seeds:
                    scores = _scores(detectors.index(detector), seed)
                    _add(store, (detector, anomaly, seed), scores, policy, kept, changes)
    return read_run(folder / "run")


def _add(
    store: RunStore, name: tuple[str, str, int], scores: Scores, policy: str, kept: bool, changes: dict[str, Any]
) -> None:
    threshold = parse_policy(policy).fit(scores["calibration"])
    numbers = evaluate(scores["normal"], scores["anomaly"], threshold=threshold, prevalence=0.5)
    speed = {"images_per_second": 1000.0 / (1 + len(name[0])), "latency_p50_ms": 1.0, "fit_seconds": 2.0}
    own = {"threshold": threshold.high, "threshold_low": threshold.low, "threshold_policy": policy, **numbers, **speed}
    one: Cell = board_cell(*name, **{**own, **changes})
    store.append(one)
    if kept and one.status == "ok":
        try:
            store.save_scores(one, **scores)
            store.save_exhibit(one, exhibit(scores))
        except BenchkitError:  # a name that cannot be a file's: a run keeps nothing of it either
            pass


def _scores(level: int, seed: int) -> Scores:
    random = np.random.default_rng(seed)
    shifts = {"normal": 0.0, "anomaly": 1.0 + level, "calibration": 0.0}
    return {kind: random.normal(shift, 1.0, 200) for kind, shift in shifts.items()}


def exhibit(scores: Scores, **changes: Any) -> Exhibit:
    """Return what a detector with reconstructions, a latent space and five epochs shows of images of 8×8 pixels."""
    values = {"losses": np.array([0.5, 0.3, 0.2, 0.15, 0.12]), "latent_share": 0.8}
    return Exhibit(shown(scores["normal"], 3), shown(scores["anomaly"], -1), **{**values, **changes})


def shown(scores: NDArray[np.float64], label: int, *, shape: tuple[int, ...] = (1, 8, 8)) -> Shown:
    """Return the 12 least and the 12 most anomalous images, each as bright as its place, and 50 latent points."""
    order = np.argsort(scores)
    index = np.concatenate([order[:12], order[-12:]])
    images = np.stack([np.full(shape, 10 * place, np.uint8) for place in range(24)])
    latent = np.stack([scores[:50], scores[50:100]], axis=1).astype(np.float32)
    return Shown(index, index + 1000, np.full(24, label), images, images // 2, latent)
