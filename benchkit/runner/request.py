"""From what was asked for, by name, to a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchkit.contract import AnomalyGenerator, Dataset, Detector
from benchkit.registry import (
    Offer,
    Registry,
    Sweeps,
    apply_sweeps,
    check_not_set,
    load_registry,
    select_anomalies,
    select_dataset,
    select_detectors,
)
from benchkit.runner.plan import Plan, make_plan, views_for, with_changes
from benchkit.runner.settings import RunSettings
from benchkit.runner.surroundings import surroundings_kept

DEFAULT_DATASET = "digits"
"""The data set of a run that names none: embedded, so that a first run needs no network."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a run is asked for.

    Attributes:
        dataset: a name, a path to the user's own images, or a data set object.
        detectors: names, globs, ``GLOB@VIEW`` or detector objects; none: all that are taken by default.
        anomalies: names, globs, groups or generator objects; none: all that are taken by default.
        exclude: names and globs of detectors and anomalies to leave out.
        changes: fields to change, by name or glob: ``{"pixel-ae": {"epochs": 1}}``; of the data set, of detectors,
            anomalies, and the views that the detectors look at.
        sweeps: fields to vary: ``{"pixel-ae": {"epochs": [1, 5]}}`` puts two detectors in the place of one.
        plugin_files: plugin files to load too.
        plugin_rules: ``no:NAME`` leaves a plugin out.
        settings: how to run.
    """

    dataset: str | Path | Dataset = DEFAULT_DATASET
    detectors: Sequence[str | Detector] = ()
    anomalies: Sequence[str | AnomalyGenerator] = ()
    exclude: Sequence[str] = ()
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sweeps: Sweeps = field(default_factory=dict)
    plugin_files: Sequence[Path] = ()
    plugin_rules: Sequence[str] = ()
    settings: RunSettings = field(default_factory=RunSettings)

    def resolve(self, registry: Registry | None = None) -> tuple[Registry, Plan]:
        """Find every plugin that is asked for and plan the run.

        Raises:
            UsageError: an unknown name, an empty selection, a field that does not exist.
            PluginError: a plugin file that cannot be loaded, or a name that two plugins claim.
        """
        if registry is None:
            with surroundings_kept():  # of whatever plugins set for the whole process while they are imported
                registry = load_registry(files=self.plugin_files, rules=self.plugin_rules)
        dataset: Offer[Any] = select_dataset(registry, self.dataset)
        detectors = select_detectors(registry, self.detectors, self.exclude)
        anomalies = select_anomalies(registry, self.anomalies, self.exclude)
        asked = [dataset, *detectors, *anomalies]
        (dataset, *others), views = with_changes(asked, views_for(registry, detectors), self.changes)
        check_not_set(self.sweeps, self.changes)
        plan = make_plan(
            dataset=dataset,
            detectors=apply_sweeps(others[: len(detectors)], self.sweeps),
            anomalies=others[len(detectors) :],
            views=views,
            seeds=self.settings.seeds,
        )
        return registry, plan

    def settled(self, plan: Plan) -> Request:
        """Return the request with what its settings left to the plan."""
        return replace(self, settings=self.settings.settled(len(plan.tasks)))
