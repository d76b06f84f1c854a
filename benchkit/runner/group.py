"""One fit group: a detector fitted once, then scored against every anomaly that shares the fit, then timed."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from benchkit.contract import AnomalyGenerator, Detector, Scorer
from benchkit.measure import metrics, timing
from benchkit.measure.memory import PeakMemory
from benchkit.measure.threshold import Threshold, parse_policy
from benchkit.registry import Offer, settings_hash
from benchkit.results import Cell, Status
from benchkit.runner.guard import (
    PLUGIN_FAULTS,
    SpoiledInputsError,
    check_scores,
    contract_error,
    explain,
    isolated,
    scores_of,
    untouched,
)
from benchkit.runner.ledger import Ledger
from benchkit.runner.machine import Machine
from benchkit.runner.settings import RunSettings
from benchkit.runner.views import ViewRoom

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class TestSet:
    """One anomaly as a task's detectors meet it.

    Attributes:
        offer: who makes the anomaly.
        images: the anomalous images, M×1×H×W.
        keep: boolean mask over the task's normal test images: those that these anomalies are held against.
        blank: the cell before any detector comes in.
    """

    __test__ = False  # pytest would take the name for a test class

    offer: Offer[AnomalyGenerator]
    images: Tensor
    keep: NDArray[np.bool_]
    blank: Cell


@dataclass(frozen=True)
class Scored:
    """Raw float64 scores of one cell; higher is more anomalous."""

    normal: Scores
    anomaly: Scores
    calibration: Scores


def detector_columns(offer: Offer[Detector]) -> dict[str, Any]:
    """Return the columns of a cell that say which detector it is about and where it came from."""
    return {
        "detector": offer.item.name,
        "view": offer.item.view,
        "settings": settings_hash(offer.item),
        "plugin": offer.plugin,
        "distribution": " ".join(part for part in (offer.distribution, offer.version) if part),
    }


@dataclass
class FitGroup:
    """One detector on one task.

    Attributes:
        offer: the detector.
        room: the task's views.
        settings: the run's settings.
        machine: where it runs.
        ledger: takes the seconds.
        seed: seed of the fit.
        spoiled: whether the detector wrote into the images that it was given.
    """

    offer: Offer[Detector]
    room: ViewRoom
    settings: RunSettings
    machine: Machine
    ledger: Ledger
    seed: int
    spoiled: bool = False
    _scorer: Scorer | None = None
    _columns: dict[str, Any] = field(default_factory=dict)
    _done: list[tuple[Cell, Scored | None]] = field(default_factory=list)

    def assess(self, train: Tensor, calibration: Tensor, normal: Tensor, sets: list[TestSet]) -> None:
        """Fit on ``train``, set the threshold on ``calibration``, score ``normal`` and every anomaly."""
        self._columns = {
            **detector_columns(self.offer),
            "n_train": len(train),
            "n_calibration": len(calibration),
        }
        memory = PeakMemory(self.machine.device)
        try:
            with memory:
                self._fit_and_score(train, calibration, normal, sets)
        except PLUGIN_FAULTS as error:
            self._fail_rest(sets, error)
        self._columns["peak_memory_mb"] = memory.mb

    def _fit_and_score(self, train: Tensor, calibration: Tensor, normal: Tensor, sets: list[TestSet]) -> None:
        view = self.offer.item.view
        inputs = self._look("train", train)
        self._columns["view_seconds"] = self.room.fit_seconds(view)
        scorer = self._fit(inputs)
        calibration_scores = self._score(scorer, "calibration", calibration)
        normal_scores = self._score(scorer, "normal", normal)
        threshold = parse_policy(self.settings.threshold).fit(calibration_scores)
        for test in sets:
            self._done.append(self._cell(scorer, test, threshold, normal_scores, calibration_scores))
        self._scorer = scorer

    def _look(self, key: Hashable, images: Tensor) -> Tensor:
        """Return the detector's view of ``images``; a fault here is the view's."""
        view = self.offer.item.view
        try:
            return self.room.inputs(view, key, images)
        except PLUGIN_FAULTS as error:
            self.spoiled = self.spoiled or isinstance(error, SpoiledInputsError)
            raise _ViewFaultError(*explain(error, self.room.offer(view), "fit")) from error

    def _fit(self, inputs: Tensor) -> Scorer:
        detector = self.offer.item
        with untouched(inputs, self.offer, "fit"), self.ledger.time("fit") as watch, isolated(self.seed):
            scorer = detector.fit(inputs, seed=self.seed)
        self._columns["fit_seconds"] = watch.seconds
        if not callable(scorer):
            raise contract_error(self.offer, f"fit: got {type(scorer).__name__}; expected a callable scorer.")
        return scorer

    def _score(self, scorer: Scorer, key: Hashable, images: Tensor) -> Scores:
        inputs = self._look(key, images)
        with untouched(inputs, self.offer, "scorer"), self.ledger.time("score"), isolated(self.seed):
            array: Scores = scores_of(scorer, inputs, self.offer).numpy()
        return array

    def _cell(
        self, scorer: Scorer, test: TestSet, threshold: Threshold, all_normal: Scores, calibration: Scores
    ) -> tuple[Cell, Scored | None]:
        try:
            anomaly = self._score(scorer, ("anomaly", test.offer.item.name), test.images)
        except PLUGIN_FAULTS as error:
            return self._failed(test, error), None
        normal = all_normal[test.keep]
        with self.ledger.time("metrics"):
            measured: dict[str, Any] = dict(
                metrics.evaluate(normal, anomaly, threshold=threshold, prevalence=self.settings.prevalence)
            )
        cell = replace(
            test.blank,
            status="ok",
            n_normal=len(normal),
            n_anomaly=len(anomaly),
            threshold=threshold.high,
            threshold_low=threshold.low,
            **measured,
        )
        return cell, Scored(normal, anomaly, calibration)

    def time(self, normal: Tensor) -> None:
        """Measure throughput from images to scores, view included; a fault fails the group's cells."""
        if self._scorer is None:
            return
        scorer, look = self._scorer, self.room.look(self.offer.item.view)
        last: list[tuple[Tensor, Tensor]] = []

        def call(images: Tensor) -> Tensor:
            last[:] = [(scorer(look(images)), images)]
            return last[0][0]

        try:
            with untouched(normal, self.offer, "scorer (while timed)"), isolated(self.seed):
                measured = self._throughput(call, normal)
                check_scores(*last[0], self.offer)  # what was timed has to be the work that was scored
        except PLUGIN_FAULTS as error:
            status, reason = self._explain(error, "scorer (while timed)")
            self._done = [(replace(cell, status=status, reason=reason), scored) for cell, scored in self._done]
            return
        self._columns |= {
            "images_per_second": measured.images_per_second,
            "latency_p50_ms": measured.latency_p50_ms,
            "latency_p99_ms": measured.latency_p99_ms,
            "batch_size": measured.batch_size,
        }

    def _throughput(self, call: Scorer, images: Tensor) -> timing.Throughput:
        settings = self.settings
        with self.ledger.time("timing"):
            return timing.measure(call, images, batch_size=settings.batch_size, budget_seconds=settings.timing_seconds)

    def results(self) -> list[tuple[Cell, Scored | None]]:
        """Return the finished cells; the fitted scorer is let go."""
        self._scorer = None
        return [(replace(cell, **self._columns), scored) for cell, scored in self._done]

    def _fail_rest(self, sets: list[TestSet], error: BaseException) -> None:
        """Give every anomaly that has no cell yet one that says what went wrong."""
        self._done += [(self._failed(test, error), None) for test in sets[len(self._done) :]]

    def _failed(self, test: TestSet, error: BaseException) -> Cell:
        status, reason = self._explain(error, "scorer" if "fit_seconds" in self._columns else "fit")
        return replace(test.blank, status=status, reason=reason)

    def _explain(self, error: BaseException, method: str) -> tuple[Status, str]:
        self.spoiled = self.spoiled or isinstance(error, SpoiledInputsError)
        return error.verdict if isinstance(error, _ViewFaultError) else explain(error, self.offer, method)


class _ViewFaultError(Exception):
    """What a view did wrong, already put into words: its detectors' cells say so."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.verdict = (status, reason)
