"""Finding how far a metric of a cell moved, by the surest way that two runs allow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchkit.compare.differences import Moved, Scores, estimate, identical, paired, unpaired
from benchkit.compare.matching import Pair
from benchkit.compare.measures import QUALITY
from benchkit.errors import DataError, StoreError
from benchkit.measure.ranking import auroc
from benchkit.results import StoredRun
from benchkit.results.naming import scores_file

_DEFINING = (*QUALITY, "threshold", "threshold_low", "n_train", "n_calibration", "n_normal", "n_anomaly")
"""Fields that are equal to the last bit only where the scores are."""

_COUNTS = ("n_normal", "n_anomaly")

_ROUNDING = 1e-9  # counts of pairs are whole numbers: scores that are the cell's own give its AUROC


def movement(base: StoredRun, head: StoredRun, pair: Pair, metric: str) -> Moved:
    """Return how far a metric moved between the two runs of a pair.

    Nothing moved where every number of the cell is the same to the last bit. AUROC is compared image by image where
    both runs kept the raw scores of the same images; all else by the two intervals.

    Raises:
        StoreError: raw scores that are damaged, of another run, or not finite numbers; names the cell.
    """
    value_base, value_head = _value(pair.base, metric), _value(pair.head, metric)
    if all(_same(pair.base[field], pair.head[field]) for field in _DEFINING):
        return identical(value_base)
    if value_base is None or value_head is None:
        return Moved(value_base, value_head, reason=_undefined(metric, value_base, value_head))
    if metric == "auroc" and _same_images(pair) and (scores := _both_scores(base, head, pair)) is not None:
        found = _paired(pair, scores, (value_base, value_head))
        if found is not None:
            return found
    return _unpaired(pair, metric, value_base, value_head)


def _unpaired(pair: Pair, metric: str, value_base: float, value_head: float) -> Moved:
    base, head = estimate(pair.base, metric), estimate(pair.head, metric)
    if base is None or head is None:
        older = " and ".join(name for name, side in (("BASE", base), ("HEAD", head)) if side is None)
        reason = f"{older} holds no interval of {metric}, as runs of older versions do not: run it again"
        return Moved(value_base, value_head, value_head - value_base, reason=reason)
    return unpaired(base, head)


def _undefined(metric: str, base: float | None, head: float | None) -> str:
    sides = " and ".join(name for name, value in (("BASE", base), ("HEAD", head)) if value is None)
    return f"{metric} is undefined in {sides}, as where nothing is flagged"


def _paired(pair: Pair, scores: tuple[Scores, Scores], values: tuple[float, float]) -> Moved | None:
    try:
        _check_that_they_are_its_own(pair, scores, values)
        if all(np.array_equal(old, new) for old, new in zip(*scores, strict=True)):
            return identical(values[1])
        return paired(*scores, values)
    except DataError as error:
        raise StoreError(
            f"compare: raw scores of {_named(pair)}: {error} The files were changed or damaged: benchkit verify RUN "
            "names what is; restore them from a copy, or run again."
        ) from error


def _check_that_they_are_its_own(pair: Pair, scores: tuple[Scores, Scores], values: tuple[float, float]) -> None:
    """Refuse raw scores that another run left in the folder: they would hide what became of the cell."""
    for side, found, value in zip(("BASE", "HEAD"), scores, values, strict=True):
        if abs((area := auroc(*found)) - value) > _ROUNDING:
            raise StoreError(
                f"compare: raw scores of {_named(pair)}: got an AUROC of {area:.6f} from those of {side}; expected the "
                f"cell's {value:.6f}. They are of another run, or were changed: restore them, or run again."
            )


def _both_scores(base: StoredRun, head: StoredRun, pair: Pair) -> tuple[Scores, Scores] | None:
    """Return the raw scores of both sides, or None where they can't be put side by side, image by image."""
    if not (_kept(base, pair) and _kept(head, pair)):
        return None
    old, new = _scores(base, pair), _scores(head, pair)
    return (old, new) if all(len(one) == len(other) for one, other in zip(old, new, strict=True)) else None


def _kept(run: StoredRun, pair: Pair) -> bool:
    return (run.folder / _file(pair)).is_file()


def _scores(run: StoredRun, pair: Pair) -> Scores:
    dataset, detector, anomaly, seed = pair.key
    scores = run.scores(dataset=dataset, detector=detector, anomaly=anomaly, seed=seed)
    return scores["normal"], scores["anomaly"]


def _file(pair: Pair) -> Path:
    dataset, detector, anomaly, seed = pair.key
    return scores_file(dataset=dataset, detector=detector, anomaly=anomaly, seed=seed)


def _same_images(pair: Pair) -> bool:
    fields = ("protocol", *_COUNTS)
    return bool(pair.base["protocol"]) and all(pair.base[field] == pair.head[field] for field in fields)


def _same(one: Any, other: Any) -> bool:
    """Whether two numbers of a frame are equal; two undefined ones are."""
    return bool(one == other) or bool(one != one and other != other)


def _value(row: Mapping[str, Any], metric: str) -> float | None:
    value = float(row[metric])
    return None if math.isnan(value) else value


def _named(pair: Pair) -> str:
    dataset, detector, anomaly, seed = pair.key
    return f"{detector} on {dataset}, {anomaly}, seed {seed}"
