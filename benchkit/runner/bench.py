"""A task's images, anomalies and views, laid out for each of its detectors in turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from benchkit.contract import AnomalyGenerator, Detector, LabelledImages, View
from benchkit.errors import Unsupported
from benchkit.registry import Offer
from benchkit.runner import protocol
from benchkit.runner.blank import Frame, blank_cell, detector_columns
from benchkit.runner.fit import Fit
from benchkit.runner.group import FitGroup, Outcome, TestSet
from benchkit.runner.guard import PLUGIN_FAULTS, SpoiledInputsError, Verdict, explain, isolated, untouched
from benchkit.runner.ledger import Ledger
from benchkit.runner.machine import Machine
from benchkit.runner.plan import Task
from benchkit.runner.protocol import Prepared
from benchkit.runner.settings import RunSettings
from benchkit.runner.throughput import Timing
from benchkit.runner.views import ViewRoom


class Bench:
    """What every detector of a task needs; a fault of a plugin becomes a cell, never an exception.

    Args:
        task: what to do; its detectors come one by one, in any order.
        data: the task's data set, cut by the protocol.
        settings: the run's settings.
        machine: device and what is recorded of it.
        ledger: takes the seconds.

    Attributes:
        ready: scorers that were fitted ahead, by the names of their detectors.
    """

    def __init__(
        self,
        task: Task,
        data: Prepared,
        settings: RunSettings,
        machine: Machine,
        ledger: Ledger,
    ) -> None:
        self.task = task
        self.frame = Frame.of(data, settings, machine.columns)
        self._data = data
        self._settings = settings
        self._machine = machine
        self._ledger = ledger
        self._left_out: dict[str, Verdict] = {}
        self._lay_out()

        self.ready: dict[str, Fit] = {}

    @property
    def device(self) -> torch.device:
        """Where the images lie."""
        return self._machine.device

    @property
    def train(self) -> LabelledImages:
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
            group.assess(self._train.images, self._calibration, self._normal, self._sets)
        self._mend(group)
        return group, [*self._left_out_cells(offer), *group.outcomes()]

    def time(self, group: FitGroup) -> Timing:
        """Measure how fast the group's detector scores."""
        with torch.random.fork_rng():
            timing = group.time(self._normal)
        self._mend(group)
        return timing

    def _mend(self, group: FitGroup) -> None:
        if group.spoiled:
            group.spoiled = False
            self.mend()
            group.room = self._room

    def mend(self) -> None:
        """Bring the images back that somebody wrote into, before anybody else looks at them."""
        views = self._room.views
        protocol.restore(self._data, self.task.dataset.item)
        self._lay_out()
        self._room.views = views

    def _lay_out(self) -> None:
        labels = self.task.normal_labels
        made = [self._test_set(offer) for offer in self.task.anomalies if offer.item.name not in self._left_out]
        self._sets = [test for test in made if test is not None]
        self._train = protocol.keep_classes(self._data.train, labels)
        self._calibration = protocol.keep_classes(self._data.calibration, labels).images
        self._normal = protocol.keep_classes(self._data.test, labels).images
        self._room = ViewRoom({}, self._train, self.task.seed, self._ledger)

    def _test_set(self, offer: Offer[AnomalyGenerator]) -> TestSet | None:
        """Make one anomaly's images; remember why when that can't be done."""
        try:
            with untouched(self._data.test.images, offer, "generate"), isolated(self.task.seed):
                images = self._anomalies(offer.item)
        except PLUGIN_FAULTS as error:
            self._left_out[offer.item.name] = explain(error, offer, "generate")
            if isinstance(error, SpoiledInputsError):
                protocol.restore(self._data, self.task.dataset.item)
            return None
        mask = protocol.normal_mask(self._data, offer.item)
        normal = protocol.class_mask(self._data.test, offer.item.normal_labels)
        return TestSet(offer, images, mask[normal].cpu().numpy(), blank_cell(self.task, offer, self.frame))

    def _anomalies(self, generator: AnomalyGenerator) -> Tensor:
        with self._ledger.time("generate", generator.name):
            test = protocol.generator_input(self._data, generator)
            images = protocol.anomalous_images(generator, test, seed=self.task.seed)
        for part in (self._data.train, self._data.calibration, self._data.test):
            if not bool(protocol.class_mask(part, generator.normal_labels).any()):
                raise Unsupported(
                    f"{generator.name}: {self._data.name} has no images of the classes that should be normal"
                )
        return images

    def _left_out_cells(self, offer: Offer[Detector]) -> list[Outcome]:
        columns = detector_columns(offer, self._room.views)
        found = [
            (each, self._left_out[each.item.name]) for each in self.task.anomalies if each.item.name in self._left_out
        ]
        return [
            Outcome(replace(blank_cell(self.task, anomaly, self.frame), status=status, reason=reason, **columns))
            for anomaly, (status, reason) in found
        ]
