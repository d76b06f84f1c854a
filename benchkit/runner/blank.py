"""Cells before anything was measured: what is known of them all the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from benchkit.contract import AnomalyGenerator, Detector, View
from benchkit.registry import Offer, settings_hash
from benchkit.results import Cell, Status
from benchkit.runner import protocol
from benchkit.runner.leaks import leaks_of
from benchkit.runner.plan import Task
from benchkit.runner.protocol import Prepared
from benchkit.runner.settings import RunSettings


@dataclass(frozen=True)
class Frame:
    """What all cells of a run share on one machine.

    Attributes:
        base: the part of the protocol hash that all anomalies share.
        threshold: the threshold policy.
        prevalence: share of anomalies that metrics are weighted to.
        machine: ``device``, ``device_name`` and ``threads``.
    """

    base: str
    threshold: str
    prevalence: float
    machine: Mapping[str, Any]

    @classmethod
    def of(cls, data: Prepared, settings: RunSettings, machine: Mapping[str, Any]) -> Frame:
        """Return the frame of a run on this data."""
        base = protocol.base_hash(data, threshold=settings.threshold, prevalence=settings.prevalence)
        return cls(base, settings.threshold, settings.prevalence, machine)


def blank_cell(task: Task, anomaly: Offer[AnomalyGenerator], frame: Frame, leaks: str = "") -> Cell:
    """Return the cell of an anomaly before any detector comes in, but for what its view leaks."""
    base = protocol.leaking_hash(frame.base, leaks)
    return Cell(
        dataset=task.dataset.item.name,
        detector="",
        view="",
        anomaly=anomaly.item.name,
        anomaly_group=anomaly.item.group,
        seed=task.seed,
        status="failed",
        threshold_policy=frame.threshold,
        prevalence=frame.prevalence,
        protocol=f"{base}-{protocol.anomaly_hash(anomaly.item)}",
        **frame.machine,
    )


def detector_columns(offer: Offer[Detector], views: Mapping[str, Offer[View]]) -> dict[str, Any]:
    """Return the columns of a cell that say which detector it is about, where it came from and where it looks."""
    view = views.get(offer.item.view)
    return {
        "detector": offer.item.name,
        "view": offer.item.view,
        "settings": settings_hash(offer.item),
        "view_settings": settings_hash(view.item) if view else "",
        "plugin": offer.plugin,
        "distribution": distribution_of(offer),
    }


def distribution_of(offer: Offer[Any]) -> str:
    """Return the distribution, or the file, that a plugin came in, with its version."""
    return " ".join(part for part in (offer.distribution, offer.version) if part)


def cells_of(task: Task, detector: Offer[Detector], frame: Frame, status: Status, reason: str) -> list[Cell]:
    """Return every cell of a fit group that came to nothing as a whole."""
    columns, leaks = detector_columns(detector, task.views), leaks_of(detector, task.views)
    return [
        replace(blank_cell(task, anomaly, frame, leaks), status=status, reason=reason, **columns)
        for anomaly in task.anomalies
    ]
