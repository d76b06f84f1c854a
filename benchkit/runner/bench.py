"""A task's images, anomalies and views, laid out for each of its detectors in turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from benchkit.contract import AnomalyGenerator, Detector, View
from benchkit.errors import Unsupported
from benchkit.registry import Offer
from benchkit.runner import protocol
from benchkit.runner.blank import Frame, blank_cell, detector_columns
from benchkit.runner.fit import Fit
from benchkit.runner.grey_images import GreyImages, LabelledGrey
from benchkit.runner.group import FitGroup, Outcome, TestSet
from benchkit.runner.guard import PLUGIN_FAULTS, Verdict, explain
from benchkit.runner.leaks import leaks_of
from benchkit.runner.ledger import Ledger
from benchkit.runner.machine import Machine
from benchkit.runner.making import make_anomalies
from benchkit.runner.plan import Task
from benchkit.runner.protocol import Prepared
from benchkit.runner.settings import RunSettings
from benchkit.runner.shelf import Shelf
from benchkit.runner.throughput import Timing
from benchkit.runner.views import NORMAL, ViewRoom


class Bench:
    """What every detector of a task needs; a fault of a plugin becomes a cell, never an exception.

    Args:
        task: what to do; its detectors come one by one, in any order.
        data: the task's data set, cut by the protocol.
        settings: the run's settings.
        machine: device and what is recorded of it.
        ledger: takes the seconds.
        shelf: where the floats of images and what was seen of them are kept, for all benches of the process.

    Attributes:
        shelf: as it was given.
        ready: scorers that were fitted ahead, by the names of their detectors.
    """

    def __init__(
        self,
        task: Task,
        data: Prepared,
        settings: RunSettings,
        machine: Machine,
        ledger: Ledger,
        shelf: Shelf,
    ) -> None:
        self.task = task
        self.frame = Frame.of(data, settings, machine.columns)
        self._data = data
        self._settings = settings
        self._machine = machine
        self._ledger = ledger
        self.shelf = shelf
        self._left_out: dict[str, Verdict] = {}
        self._train, calibration, self._normal = (
            protocol.keep_classes(part, task.normal_labels) for part in (data.train, data.calibration, data.test)
        )
        self._calibration = calibration.images
        made = [self._test_set(offer) for offer in task.anomalies]
        self._sets = [test for test in made if test is not None]
        self._room = ViewRoom({}, self._train, task.seed, ledger, shelf, task.normal_labels)
        self.ready: dict[str, Fit] = {}

    @property
    def device(self) -> torch.device:
        """Where the images lie."""
        return self._machine.device

    @property
    def train(self) -> LabelledGrey:
        """The normal training images."""
        return self._train

    @property
    def room(self) -> ViewRoom:
        """The task's views."""
        return self._room

    def serves(self, task: Task) -> bool:
        """Return whether the detectors of another task can be done here too: it has the same images and anomalies."""
        return replace(self.task, detectors=(), views={}) == replace(task, detectors=(), views={})

    def assess(self, offer: Offer[Detector], views: Mapping[str, Offer[View]]) -> tuple[FitGroup, list[Outcome]]:
        """Fit and score one detector.

        Args:
            offer: the detector.
            views: who offers the view that it looks at.

        Returns:
            Its group, to be timed, and its cells so far: one for each anomaly of the task.
        """
        self._room.views = {**self._room.views, **views}
        ready = self.ready.pop(offer.item.name, None)
        group = FitGroup(offer, self._room, self._settings, self._machine, self._ledger, self.task.seed, ready)
        with torch.random.fork_rng():
            group.assess(len(self._train), self._calibration, self._normal, self._sets_for(offer))
        self._mend(group)
        return group, [*self._left_out_cells(offer), *group.outcomes()]

    def _sets_for(self, offer: Offer[Detector]) -> list[TestSet]:
        """Return the anomalies as a detector meets them: where its view leaks, the rows are of another protocol."""
        leaks = leaks_of(offer, self._room.views)
        if not leaks:
            return self._sets
        return [replace(test, blank=blank_cell(self.task, test.offer, self.frame, leaks)) for test in self._sets]

    def time(self, group: FitGroup) -> Timing:
        """Measure how fast the group's detector scores."""
        with torch.random.fork_rng():
            timing = group.time(self._to_be_timed())
        self._mend(group)
        return timing

    def _to_be_timed(self) -> Tensor:
        """Return the normal test images, or the first of them where there is no room for all; a batch at least."""
        normal = self._normal.images
        floats = self._room.floats(NORMAL, normal)
        if isinstance(floats, Tensor):
            return floats
        some = max(self._settings.batch_size, self.shelf.room * len(normal) // normal.float_bytes)
        return normal.select(torch.arange(min(some, len(normal)))).floats()

    def _mend(self, group: FitGroup) -> None:
        """Have everything that is lent made anew from the images, if the group's plugins wrote into it."""
        if group.spoiled:
            group.spoiled = False
            self.shelf.clear()

    def _test_set(self, offer: Offer[AnomalyGenerator]) -> TestSet | None:
        """Make one anomaly's images; remember why when that can't be done."""
        try:
            images = self._anomalies(offer)
        except PLUGIN_FAULTS as error:
            self._left_out[offer.item.name] = explain(error, offer, "generate")
            return None
        mask = protocol.normal_mask(self._data, offer.item)
        normal = protocol.class_mask(self._data.test, offer.item.normal_labels)
        return TestSet(offer, images, mask[normal].cpu().numpy(), blank_cell(self.task, offer, self.frame))

    def _anomalies(self, offer: Offer[AnomalyGenerator]) -> GreyImages:
        generator = offer.item
        with self._ledger.time("generate", generator.name):
            images = make_anomalies(offer, self._data, seed=self.task.seed, shelf=self.shelf)
        for part in (self._data.train, self._data.calibration, self._data.test):
            if not bool(protocol.class_mask(part, generator.normal_labels).any()):
                raise Unsupported(
                    f"{self._data.name} has no images of the classes that should be normal; choose other anomalies."
                )
        return images

    def _left_out_cells(self, offer: Offer[Detector]) -> list[Outcome]:
        columns, leaks = detector_columns(offer, self._room.views), leaks_of(offer, self._room.views)
        found = [
            (each, self._left_out[each.item.name]) for each in self.task.anomalies if each.item.name in self._left_out
        ]
        return [
            Outcome(replace(blank_cell(self.task, anomaly, self.frame, leaks), status=status, reason=reason, **columns))
            for anomaly, (status, reason) in found
        ]
