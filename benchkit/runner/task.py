"""One task: its data, its anomalies, and every detector fitted once and scored against each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from benchkit.contract import AnomalyGenerator, Detector
from benchkit.errors import Unsupported
from benchkit.registry import Offer
from benchkit.results import Cell, Status
from benchkit.runner import protocol
from benchkit.runner.group import FitGroup, Scored, TestSet, detector_columns
from benchkit.runner.guard import PLUGIN_FAULTS, SpoiledInputsError, explain, isolated, untouched
from benchkit.runner.lanes import Lane
from benchkit.runner.ledger import Ledger
from benchkit.runner.machine import Machine
from benchkit.runner.plan import Task
from benchkit.runner.protocol import Prepared
from benchkit.runner.settings import RunSettings
from benchkit.runner.views import ViewRoom


@dataclass(frozen=True)
class Outcome:
    """A finished cell, and its raw scores when there are any."""

    cell: Cell
    scored: Scored | None = None


@dataclass
class TaskRunner:
    """Does one task.

    Attributes:
        task: what to do.
        data: the task's data set, cut by the protocol.
        settings: the run's settings.
        machine: device and what is recorded of it.
        lane: admission to the machine.
        ledger: takes the seconds.
    """

    task: Task
    data: Prepared
    settings: RunSettings
    machine: Machine
    lane: Lane
    ledger: Ledger
    _left_out: dict[str, tuple[Status, str]] = field(default_factory=dict)
    _spoiled: bool = False

    def run(self) -> Iterator[Outcome]:
        """Yield every cell of the task; a fault of a plugin becomes a cell, never an exception."""
        waiting = list(self.task.detectors)
        sets = self._test_sets()
        for offer in self.task.anomalies:
            if offer.item.name in self._left_out:
                yield from self._left_out_cells(offer)
        while sets and waiting:
            yield from self._fit_some(waiting, sets)
            if self._spoiled:
                self._restore()
                sets = self._test_sets()

    def _test_sets(self) -> list[TestSet]:
        made = [self._test_set(offer) for offer in self.task.anomalies if offer.item.name not in self._left_out]
        return [test for test in made if test is not None]

    def _restore(self) -> None:
        """Bring the images back that somebody wrote into, before anybody else looks at them."""
        protocol.restore(self.data, self.task.dataset.item)
        self._spoiled = False

    def _test_set(self, offer: Offer[AnomalyGenerator]) -> TestSet | None:
        """Make one anomaly's images; remember why when that can't be done."""
        try:
            with untouched(self.data.test.images, offer, "generate"), isolated(self.task.seed):
                images = self._anomalies(offer.item)
        except PLUGIN_FAULTS as error:
            self._left_out[offer.item.name] = explain(error, offer, "generate")
            if isinstance(error, SpoiledInputsError):
                self._restore()
            return None
        mask = protocol.normal_mask(self.data, offer.item)
        normal = protocol.class_mask(self.data.test, offer.item.normal_labels)
        return TestSet(offer, images, mask[normal].cpu().numpy(), self._blank(offer))

    def _anomalies(self, generator: AnomalyGenerator) -> Tensor:
        with self.ledger.time("generate"):
            test = protocol.generator_input(self.data, generator)
            images = protocol.anomalous_images(generator, test, seed=self.task.seed)
        for part in (self.data.train, self.data.calibration, self.data.test):
            if not bool(protocol.class_mask(part, generator.normal_labels).any()):
                raise Unsupported(
                    f"{generator.name}: {self.data.name} has no images of the classes that should be normal"
                )
        return images

    def _fit_some(self, waiting: list[Offer[Detector]], sets: list[TestSet]) -> Iterator[Outcome]:
        """Fit the waiting detectors up to one that spoils the images.

        Each is timed at once where the machine is ours alone, else when all are fitted.
        """
        labels = self.task.normal_labels
        train = protocol.keep_classes(self.data.train, labels)
        calibration = protocol.keep_classes(self.data.calibration, labels).images
        normal = protocol.keep_classes(self.data.test, labels).images
        room = ViewRoom(self.task.views, train, self.task.seed, self.ledger)
        fitted: list[FitGroup] = []
        while waiting and not self._spoiled:
            group = FitGroup(waiting.pop(0), room, self.settings, self.machine, self.ledger, self.task.seed)
            with self._admitted(self.lane.shared()):
                group.assess(train.images, calibration, normal, sets)
            fitted.append(group)
            self._spoiled = group.spoiled
            if self.lane.alone:
                yield from self._time(fitted, normal)
        yield from self._time(fitted, normal)

    def _time(self, fitted: list[FitGroup], normal: Tensor) -> Iterator[Outcome]:
        """Time the fitted detectors and yield their cells; the list is empty afterwards."""
        if not fitted:
            return
        with self._admitted(self.lane.exclusive()):
            for group in fitted:
                group.time(normal)
        self._spoiled = self._spoiled or any(group.spoiled for group in fitted)
        while fitted:
            yield from (Outcome(cell, scored) for cell, scored in fitted.pop(0).results())

    @contextmanager
    def _admitted(self, admission: AbstractContextManager[None]) -> Iterator[None]:
        """Enter a lane; the seconds spent waiting are booked apart."""
        with ExitStack() as stack:
            with self.ledger.time("wait"):
                stack.enter_context(admission)
            yield

    def _left_out_cells(self, offer: Offer[AnomalyGenerator]) -> Iterator[Outcome]:
        status, reason = self._left_out[offer.item.name]
        blank = self._blank(offer)
        for detector in self.task.detectors:
            yield Outcome(replace(blank, status=status, reason=reason, **detector_columns(detector)))

    def _blank(self, offer: Offer[AnomalyGenerator]) -> Cell:
        """Return what is known of a cell before any detector comes in."""
        settings = self.settings
        base = protocol.base_hash(self.data, threshold=settings.threshold, prevalence=settings.prevalence)
        return replace(
            blank_cell(self.task, offer),
            threshold_policy=settings.threshold,
            prevalence=settings.prevalence,
            protocol=f"{base}-{protocol.anomaly_hash(offer.item)}",
            **self.machine.columns,
        )


def blank_cell(task: Task, anomaly: Offer[AnomalyGenerator]) -> Cell:
    """Return a cell with the task's and the anomaly's columns filled in."""
    return Cell(
        dataset=task.dataset.item.name,
        detector="",
        view="",
        anomaly=anomaly.item.name,
        anomaly_group=anomaly.item.group,
        seed=task.seed,
        status="failed",
    )


def cells_of(task: Task, status: Status, reason: str) -> list[Cell]:
    """Return every cell of a task that came to nothing as a whole."""
    return [
        replace(blank_cell(task, anomaly), status=status, reason=reason, **detector_columns(detector))
        for anomaly in task.anomalies
        for detector in task.detectors
    ]


def run_task(
    task: Task, data: Prepared, settings: RunSettings, machine: Machine, lane: Lane, ledger: Ledger
) -> Iterator[Outcome]:
    """Yield the cells of one task."""
    with torch.random.fork_rng():
        yield from TaskRunner(task, data, settings, machine, lane, ledger).run()
