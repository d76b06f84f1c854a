"""How fast a fitted detector scores, from images to scores: what its cells say of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from benchkit.contract import Detector, Scorer
from benchkit.measure import timing
from benchkit.measure.ceilings import Ceilings
from benchkit.measure.meeting import meetings
from benchkit.measure.readings import Readings
from benchkit.measure.reference import Reference
from benchkit.measure.turns import Turns
from benchkit.registry import Offer
from benchkit.runner.guard import (
    PLUGIN_FAULTS,
    SpoiledInputsError,
    Verdict,
    check_scores,
    explain,
    isolated,
    untouched,
)
from benchkit.runner.ledger import Ledger
from benchkit.runner.settings import RunSettings

_TIMED = ("images_per_second", "latency_p50_ms", "latency_p99_ms", "batch_size")
_WHERE = "scorer (while timed)"


@dataclass(frozen=True)
class Timing:
    """What timing a fitted detector adds to its cells.

    Attributes:
        columns: of all its cells.
        verdict: how its good cells end instead, when it failed while it was timed.
        readings: the times of the single batches, when it did not.
        spoiled: whether it wrote into the images that it was given.
        ceilings: what the machine reaches at its best, see ``limit``.
    """

    columns: dict[str, Any]
    verdict: Verdict | None = None
    readings: Readings | None = None
    spoiled: bool = False
    ceilings: Ceilings | None = None


@dataclass(frozen=True)
class Fitted:
    """A detector that has been fitted and scored, and is to be timed.

    Attributes:
        offer: the detector.
        scorer: what its ``fit`` returned.
        look: from images to the scorer's inputs.
        dataset: name of the data set.
        anomalies: names of the anomalies whose cells share the fit.
        seed: seed of the fit.
        scores: raw scores of the normal test images as they were assessed, float64, N.
    """

    offer: Offer[Detector]
    scorer: Scorer
    look: Callable[[Tensor], Tensor]
    dataset: str
    anomalies: tuple[str, ...]
    seed: int
    scores: NDArray[np.float64]


def time_fitted(fitted: Fitted, images: Tensor, settings: RunSettings, ledger: Ledger) -> Timing:
    """Measure throughput from images to scores, view included.

    Args:
        fitted: who scores.
        images: the normal test images, N×1×H×W, on the device that is to be timed.
        settings: the run's settings.
        ledger: takes the seconds.
    """
    last: list[tuple[Tensor, Tensor]] = []

    def call(batch: Tensor) -> Tensor:
        last[:] = [(fitted.scorer(fitted.look(batch)), batch)]
        return last[0][0]

    try:
        with untouched(images, fitted.offer, _WHERE), isolated(fitted.seed):
            measured = _throughput(fitted, call, images, settings, ledger)
            check_scores(*last[0], fitted.offer)  # what was timed has to be the work that was scored
    except PLUGIN_FAULTS as error:
        return Timing({}, explain(error, fitted.offer, _WHERE), spoiled=isinstance(error, SpoiledInputsError))
    columns = {name: getattr(measured, name) for name in _TIMED}
    return Timing({**columns, "timing_lane": "exclusive"}, readings=measured.readings.thinned())


def _throughput(
    fitted: Fitted, call: Scorer, images: Tensor, settings: RunSettings, ledger: Ledger
) -> timing.Throughput:
    turns = _turns(fitted, settings)
    with ledger.time("timing", fitted.offer.item.name), turns or contextlib.nullcontext():
        return timing.measure(
            call,
            images,
            batch_size=settings.batch_size,
            budget_seconds=settings.timing_seconds,
            reference=Reference(images.device).seconds,
            turns=turns,
        )


def _turns(fitted: Fitted, settings: RunSettings) -> Turns | None:
    """Meet the same group of the run beside this one, when there is one."""
    if settings.beside is None:
        return None
    what = [fitted.dataset, fitted.offer.item.name, str(fitted.seed), *sorted(fitted.anomalies)]
    return meetings(Path(settings.beside)).meet("\n".join(what))
