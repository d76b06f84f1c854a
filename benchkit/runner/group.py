"""One fit group: a detector fitted once, then scored against every anomaly that shares the fit, then timed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from benchkit.contract import AnomalyGenerator, Detector, Rows, Scorer, SubjectDetector
from benchkit.errors import ContractError
from benchkit.measure import metrics
from benchkit.measure.ceilings import Ceilings
from benchkit.measure.memory import PeakMemory
from benchkit.measure.readings import Readings
from benchkit.measure.sweep import SizeTiming
from benchkit.measure.threshold import Threshold, parse_policy
from benchkit.registry import Offer
from benchkit.results import Cell, Exhibit
from benchkit.runner.blank import detector_columns
from benchkit.runner.exhibiting import Exhibitor, Ranked
from benchkit.runner.fit import Fit, how_lent
from benchkit.runner.grey_images import GreyImages, LabelledGrey
from benchkit.runner.guard import (
    PLUGIN_FAULTS,
    SpoiledInputsError,
    Verdict,
    contract_error,
    explain,
    isolated,
    scores_of,
    untouched,
)
from benchkit.runner.ledger import Ledger
from benchkit.runner.limit import know_ceilings, with_limit
from benchkit.runner.machine import Machine
from benchkit.runner.settings import RunSettings
from benchkit.runner.sight import ViewFaultError
from benchkit.runner.throughput import Fitted, Timing, time_fitted
from benchkit.runner.views import CALIBRATION, NORMAL, ViewRoom

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
    images: GreyImages
    keep: NDArray[np.bool_]
    blank: Cell


@dataclass(frozen=True)
class Scored:
    """Raw float64 scores of one cell; higher is more anomalous."""

    normal: Scores
    anomaly: Scores
    calibration: Scores


@dataclass(frozen=True)
class Outcome:
    """A cell, and what it was made from when there is anything.

    Attributes:
        cell: the cell.
        scored: its raw scores.
        exhibit: what it has to show, where that is to be kept.
        readings: the times of the fit group's batches; the same for all its cells.
        ceilings: what the machine that they were timed on reaches at its best.
        sweep: the other sizes of batches that were timed; the same for all its cells.
    """

    cell: Cell
    scored: Scored | None = None
    readings: Readings | None = None
    ceilings: Ceilings | None = None
    sweep: tuple[SizeTiming, ...] = ()
    exhibit: Exhibit | None = None


def with_timing(outcomes: list[Outcome], timing: Timing) -> list[Outcome]:
    """Return the cells as they are stored: what was timed is added to what was scored."""
    status, reason = timing.verdict or ("ok", "")
    changed: dict[str, Any] = {"status": status, "reason": reason}
    return [
        replace(
            each,
            cell=replace(each.cell, **timing.columns, **(changed if each.cell.status == "ok" else {})),
            readings=timing.readings,
            ceilings=timing.ceilings,
            sweep=timing.sweep,
        )
        for each in outcomes
    ]


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
        ready: the scorer, where it was fitted ahead with those of other tasks.
        spoiled: whether the detector wrote into the images that it was given.
    """

    offer: Offer[Detector]
    room: ViewRoom
    settings: RunSettings
    machine: Machine
    ledger: Ledger
    seed: int
    ready: Fit | None = None
    spoiled: bool = False
    _fitted: Fitted | None = None
    _columns: dict[str, Any] = field(default_factory=dict)
    _done: list[Outcome] = field(default_factory=list)

    def assess(self, n_train: int, calibration: GreyImages, normal: LabelledGrey, sets: list[TestSet]) -> None:
        """Fit on the room's ``n_train`` images, set the threshold on ``calibration``, score all others."""
        self._columns = {
            **detector_columns(self.offer, self.room.views),
            "n_train": n_train,
            "n_calibration": len(calibration),
        }
        memory, start = PeakMemory(self.machine.device), self.ledger.clock()
        try:
            with memory:
                self._fit_and_score(calibration, normal, sets)
        except PLUGIN_FAULTS as error:
            self._fail_rest(sets, error)
        self._columns["peak_memory_mb"] = self._peak(memory.mb)
        ahead = self.ready.seconds if self.ready else 0.0
        self._columns["group_seconds"] = ahead + self.ledger.clock() - start
        self._show(normal, sets)
        if not self.room.is_whole():
            self._void(sets)

    def _void(self, sets: list[TestSet]) -> None:
        """Take every result back: what is lent to all was written into, by way of an earlier call's inputs."""
        self._done, self._fitted = [], None
        self._fail_rest(sets, self._spoiler())

    def _spoiler(self) -> ContractError:
        message = (
            "scorer: got the inputs of an earlier call, of fit's perhaps, changed in place; expected them untouched. "
            "Clone what you keep and change."
        )
        return contract_error(self.offer, message, of=SpoiledInputsError)

    def _peak(self, mb: float | None) -> float | None:
        """Return the peak of the group, that of a fit which it shared with others included."""
        shared = self.ready.peak_mb if self.ready else mb
        return None if mb is None or shared is None else max(mb, shared)

    def _fit_and_score(self, calibration: GreyImages, normal: LabelledGrey, sets: list[TestSet]) -> None:
        scorer = self._fit()
        calibration_scores = self._score(scorer, CALIBRATION, calibration)
        normal_scores = self._score(scorer, NORMAL, normal.images)
        threshold = parse_policy(self.settings.threshold).fit(calibration_scores)
        for test in sets:
            self._done.append(self._cell(scorer, test, threshold, normal_scores, calibration_scores))
        if sets:  # else there is no cell that a timing could stand in
            self._fitted = self._to_be_timed(scorer, sets, normal_scores)

    def _to_be_timed(self, scorer: Scorer, sets: list[TestSet], normal_scores: Scores) -> Fitted:
        return Fitted(
            offer=self.offer,
            scorer=scorer,
            look=self._way_in(),
            dataset=sets[0].blank.dataset,
            anomalies=tuple(test.blank.anomaly for test in sets),
            seed=self.seed,
            scores=normal_scores,
        )

    def _way_in(self) -> Callable[[Tensor], Tensor]:
        """Return the way from images to what the scorer takes."""
        detector = self.offer.item
        return _as_they_are if isinstance(detector, SubjectDetector) else self.room.look(detector.view)

    def _look(self, look: Callable[[], Tensor | Rows]) -> Tensor | Rows:
        """Return the detector's view of some images; a fault here is the view's."""
        view = self.offer.item.view
        try:
            return look()
        except PLUGIN_FAULTS as error:
            self.spoiled = self.spoiled or isinstance(error, SpoiledInputsError)
            raise ViewFaultError(explain(error, self.room.offer(view), "fit")) from error
        finally:
            self._columns["view_seconds"] = self.room.fit_seconds(view)

    def _fit(self) -> Scorer:
        fit = self.ready or self._fit_alone(self._look(lambda: self.room.training(self.offer.item)))
        self._columns |= {"fit_seconds": fit.seconds, "fit_together": fit.together, "fit_inputs": fit.inputs}
        if not callable(fit.value):
            raise contract_error(self.offer, f"fit: got {type(fit.value).__name__}; expected a callable scorer.")
        scorer: Scorer = fit.value
        return scorer

    def _fit_alone(self, inputs: Tensor | Rows) -> Fit:
        detector = self.offer.item
        with untouched(inputs, self.offer, "fit"), self.ledger.time("fit", detector.name) as watch, isolated(self.seed):
            scorer = self._fitted_on(inputs)
        return Fit(scorer, watch.seconds, inputs=how_lent(inputs))

    def _fitted_on(self, inputs: Tensor | Rows) -> Any:
        detector, lent = self.offer.item, cast(Tensor, inputs)  # rows go to those that take them
        if isinstance(detector, SubjectDetector):
            return detector.fit_subject(lent, self.room.looks(detector.view), seed=self.seed)
        return detector.fit(lent, seed=self.seed)

    def _score(self, scorer: Scorer, key: Hashable, images: GreyImages) -> Scores:
        inputs = self._look(lambda: self.room.shown(self.offer.item, key, images))
        with self.ledger.time("score", _named(key)), isolated(self.seed):
            array: Scores = scores_of(scorer, inputs, self.offer).numpy()
        return array

    def _cell(
        self, scorer: Scorer, test: TestSet, threshold: Threshold, all_normal: Scores, calibration: Scores
    ) -> Outcome:
        try:
            anomaly = self._score(scorer, (self.seed, test.offer.item.name), test.images)
        except PLUGIN_FAULTS as error:
            return Outcome(self._failed(test, error))
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
        return Outcome(cell, Scored(normal, anomaly, calibration))

    def _show(self, normal: LabelledGrey, sets: list[TestSet]) -> None:
        """Add what each scored cell has to show to it, when all are scored and measured."""
        if self._fitted is None or not self.settings.save_scores:
            return
        exhibitor = Exhibitor(self.offer, self._fitted.scorer, self._fitted.look, self.seed)
        for place, (outcome, test) in enumerate(zip(self._done, sets, strict=True)):
            if outcome.scored is not None:
                with self.ledger.time("show", test.offer.item.name):
                    kinds = (
                        Ranked.of_normal(normal, test.keep, outcome.scored.normal),
                        Ranked.of_anomaly(test.images, outcome.scored.anomaly),
                    )
                    self._done[place] = replace(outcome, exhibit=exhibitor.exhibit(*kinds))

    @property
    def fitted(self) -> Fitted | None:
        """What is to be timed; None before it was fitted, where that failed, and after the timing."""
        return self._fitted

    def outcomes(self) -> list[Outcome]:
        """Return the group's cells as far as they are known."""
        return [replace(outcome, cell=replace(outcome.cell, **self._columns)) for outcome in self._done]

    def time(self, normal: Tensor) -> Timing:
        """Measure throughput from images to scores, view included; the fitted scorer is let go."""
        if self._fitted is None:
            return Timing({})
        start, fitted = self.ledger.clock(), self._fitted
        self._fitted = None
        know_ceilings(self.settings, self.machine, self.ledger)  # before another run is met
        timing = time_fitted(fitted, normal, self.settings, self.ledger)
        timing = with_limit(timing, fitted, normal, self.settings, self.machine, self.ledger)
        if not self.room.is_whole():
            timing = Timing({}, self._explain(self._spoiler(), "scorer"), spoiled=True)
        self.spoiled = self.spoiled or timing.spoiled
        seconds = self._columns["group_seconds"] + self.ledger.clock() - start
        return replace(timing, columns={**timing.columns, "group_seconds": seconds})

    def _fail_rest(self, sets: list[TestSet], error: BaseException) -> None:
        """Give every anomaly that has no cell yet one that says what went wrong."""
        self._done += [Outcome(self._failed(test, error)) for test in sets[len(self._done) :]]

    def _failed(self, test: TestSet, error: BaseException) -> Cell:
        status, reason = self._explain(error, "scorer" if "fit_seconds" in self._columns else "fit")
        return replace(test.blank, status=status, reason=reason)

    def _explain(self, error: BaseException, method: str) -> Verdict:
        self.spoiled = self.spoiled or isinstance(error, SpoiledInputsError)
        return error.verdict if isinstance(error, ViewFaultError) else explain(error, self.offer, method)


def _as_they_are(images: Tensor, /) -> Tensor:
    return images


def _named(key: Hashable) -> str:
    """Return what is scored: a split's name, or an anomaly's."""
    return str(key[-1] if isinstance(key, tuple) else key)
