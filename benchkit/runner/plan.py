"""The plan: which fit groups a run is made of, before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from benchkit.contract import AnomalyGenerator, Dataset, Detector, View
from benchkit.errors import PluginError, UsageError
from benchkit.registry import Offer, Registry, apply_settings, settings_hash


@dataclass(frozen=True)
class Task:
    """All fit groups that share their data and views: one (data set, normal classes, seed).

    Attributes:
        dataset: where the images come from.
        normal_labels: the classes that count as normal; None for all.
        seed: seed of views, detectors and anomalies.
        detectors: each is fitted once.
        anomalies: each is scored by every detector.
        views: who offers each view that a detector looks at; a view that nobody offers is missing.
    """

    dataset: Offer[Dataset]
    normal_labels: frozenset[int] | None
    seed: int
    detectors: tuple[Offer[Detector], ...]
    anomalies: tuple[Offer[AnomalyGenerator], ...]
    views: Mapping[str, Offer[View]]

    @property
    def classes(self) -> str:
        """The normal classes in words: ``all classes``, or ``classes 0-4,6-9``."""
        return "all classes" if self.normal_labels is None else f"classes {_ranges(self.normal_labels)}"

    @property
    def title(self) -> str:
        """What the task is called in the plan and in messages."""
        return f"{self.dataset.item.name}, {self.classes} normal, seed {self.seed}"

    @property
    def n_cells(self) -> int:
        """How many cells the task yields."""
        return len(self.detectors) * len(self.anomalies)


@dataclass(frozen=True)
class Plan:
    """What a run will do.

    Attributes:
        dataset: where all images come from.
        detectors: every detector that takes part.
        anomalies: every anomaly that takes part.
        views: who offers each view that a detector looks at.
        tasks: the work, in order.
    """

    dataset: Offer[Dataset]
    detectors: tuple[Offer[Detector], ...]
    anomalies: tuple[Offer[AnomalyGenerator], ...]
    views: Mapping[str, Offer[View]]
    tasks: tuple[Task, ...]

    @property
    def n_fits(self) -> int:
        """How many times a detector is fitted."""
        return sum(len(task.detectors) for task in self.tasks)

    @property
    def n_cells(self) -> int:
        """How many cells the run yields."""
        return sum(task.n_cells for task in self.tasks)


def make_plan(
    *,
    dataset: Offer[Dataset],
    detectors: Sequence[Offer[Detector]],
    anomalies: Sequence[Offer[AnomalyGenerator]],
    views: Mapping[str, Offer[View]],
    seeds: Sequence[int],
) -> Plan:
    """Group every pair into tasks, so that each detector is fitted once and scored against many anomalies."""
    ordered = tuple(sorted(detectors, key=lambda offer: (offer.item.view, offer.item.name)))
    groups: dict[frozenset[int] | None, list[Offer[AnomalyGenerator]]] = {}
    for anomaly in anomalies:
        groups.setdefault(anomaly.item.normal_labels, []).append(anomaly)
    tasks = tuple(
        Task(dataset, labels, seed, ordered, tuple(members), views)
        for seed in seeds
        for labels, members in groups.items()
    )
    return Plan(dataset, ordered, tuple(anomalies), views, tasks)


CellKey = tuple[str, str, str, int]
"""Detector, hash of its settings, anomaly, seed: what a cell of a run is known by."""


def tasks_left(plan: Plan, done: Set[CellKey]) -> tuple[Task, ...]:
    """Return the plan's tasks less the cells that are done; detectors that lack the same anomalies stay together."""
    return tuple(part for task in plan.tasks for part in _parts_left(task, done))


def _parts_left(task: Task, done: Set[CellKey]) -> list[Task]:
    parts: dict[tuple[str, ...], Task] = {}  # by the names of what is missing: an object need not be hashable
    for offer in task.detectors:
        name, settings = offer.item.name, settings_hash(offer.item)
        missing = tuple(each for each in task.anomalies if (name, settings, each.item.name, task.seed) not in done)
        if missing:
            part = parts.setdefault(_names(missing), replace(task, anomalies=missing, detectors=()))
            parts[_names(missing)] = replace(part, detectors=(*part.detectors, offer))
    return list(parts.values())


def _names(offers: Sequence[Offer[AnomalyGenerator]]) -> tuple[str, ...]:
    return tuple(offer.item.name for offer in offers)


def views_for(registry: Registry, detectors: Sequence[Offer[Detector]]) -> dict[str, Offer[View]]:
    """Find who offers each view; a built-in choice that nobody offers fails its own cells only.

    Raises:
        UsageError: a detector was asked for on a view (``gaussian@logits``) that nobody offers.
    """
    found: dict[str, Offer[View]] = {}
    for detector in detectors:
        try:
            found[detector.item.view] = registry.view_for(detector.item.view)
        except (UsageError, PluginError):
            if "@" in detector.item.name:
                raise
    return found


def with_changes(
    offers: Sequence[Offer[Any]], views: Mapping[str, Offer[View]], changes: Mapping[str, Mapping[str, object]]
) -> tuple[list[Offer[Any]], dict[str, Offer[View]]]:
    """Return offers, and who offers each view, with changed fields; who offers several views is changed once.

    Raises:
        UsageError: as ``apply_settings``.
    """
    offerers: dict[str, Offer[Any]] = {offer.item.name: offer for offer in views.values()}
    changed = apply_settings([*offers, *offerers.values()], changes)
    by_name = dict(zip(offerers, changed[len(offers) :], strict=True))
    return changed[: len(offers)], {view: by_name[offer.item.name] for view, offer in views.items()}


def _ranges(labels: frozenset[int]) -> str:
    """Return ``0-4,6-9`` for the digits without five."""
    runs: list[list[int]] = []
    for label in sorted(labels):
        if runs and label == runs[-1][1] + 1:
            runs[-1][1] = label
        else:
            runs.append([label, label])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
