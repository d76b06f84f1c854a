"""Are the data that lie here those that the run was made on?"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from benchkit.contract import Dataset
from benchkit.data import find
from benchkit.errors import BenchkitError, Unsupported
from benchkit.registry import Offer, Registry, apply_settings, select_dataset, settings_of
from benchkit.runner import protocol
from benchkit.runner.guard import PLUGIN_FAULTS, described
from benchkit.runner.protocol import Prepared, class_mask, prepare
from benchkit.verify.evidence import MANIFEST, Evidence
from benchkit.verify.findings import Check, Findings

_CPU = torch.device("cpu")
_INT64 = 2**63


class DataRoom:
    """Holds the last data set, so that several runs on it load it once.

    Args:
        registry: who offers data sets.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._last: tuple[Dataset, Prepared] | None = None

    def load(self, name: str, settings: Mapping[str, Any]) -> Prepared:
        """Return a data set by what ``run.json`` says of it, cut by the protocol; nothing is downloaded.

        Raises:
            Unsupported: it is not here; says what would bring it.
        """
        try:
            dataset = self._find(name, settings)
            if self._last is None or self._last[0] != dataset:
                self._last = None  # two data sets at once may not fit into memory
                self._last = (dataset, prepare(dataset, _CPU))
        except BenchkitError as error:
            raise Unsupported(str(error)) from error
        return self._last[1]

    def _find(self, name: str, settings: Mapping[str, Any]) -> Dataset:
        offer = self._offer(name, settings)
        recorded = settings_of(offer.item)
        changed = {field: value for field, value in settings.items() if recorded.get(field) != value}
        dataset = apply_settings([offer], {name: changed})[0].item if changed else offer.item
        _check_files(dataset)
        return dataset

    def _offer(self, name: str, settings: Mapping[str, Any]) -> Offer[Dataset]:
        """A path data set may be called like an offered one; the fields tell them apart."""
        offer = self._registry.datasets.get(name)
        if offer is not None and set(settings_of(offer.item)) == set(settings):
            return offer
        path = settings.get("path")
        if isinstance(path, str) and os.path.exists(path):  # unlike Path.exists, False for a name no file can have
            return select_dataset(self._registry, Path(path).absolute())
        needed = f"the images at {path}" if path else "its plugin, which is not installed here (--plugin loads a file)"
        raise Unsupported(f"data set {name}: needs {needed}")


def _check_files(dataset: Dataset) -> None:
    """Refuse a data set whose files are not here, instead of fetching them."""
    try:
        missing = [file.path for file in dataset.files() if find(file) is None]
    except PLUGIN_FAULTS as error:
        raise Unsupported(f"data set {dataset.name}: files: got {described(error)}") from error
    if missing:
        raise Unsupported(
            f"data set {dataset.name}: needs {', '.join(missing)}: `benchkit data fetch {dataset.name}` brings it, "
            "and BENCHKIT_DATA names a folder that has it"
        )


def check_data(evidence: Evidence, room: DataRoom) -> Check:
    """Return what ``run.json`` and the rows say of the data that is not so."""
    findings = Findings("data")
    recorded = evidence.part("protocol")
    name = recorded.get("dataset")
    if not isinstance(name, str):
        findings.differ(MANIFEST, "protocol.dataset", name, "the name of a data set", "a run has one")
        return findings.check("nothing")
    try:
        data = room.load(name, evidence.settings("dataset", name))
    except Unsupported as error:
        findings.leave(error.reason)
        return findings.check(f"checksum and cuts of {name}", done=False)
    for field, value in protocol.describe(data).items():
        findings.compare(
            MANIFEST, f"protocol.{field}", recorded.get(field), value, f"that is so of {name} as it is here"
        )
    for anomaly in sorted(set(evidence.texts("anomaly"))):
        _check_rows(evidence, anomaly, data, findings)
    return findings.check(f"checksum and cuts of {name}, and the numbers of images in {evidence.rows}")


def _check_rows(evidence: Evidence, anomaly: str, data: Prepared, findings: Findings) -> None:
    settings = evidence.settings("anomalies", anomaly)
    labels = settings.get("normal_labels")
    if labels is not None and not (isinstance(labels, list) and all(map(_is_label, labels))):
        return  # no such anomaly can be: its hash says so
    rows = evidence.measured & (evidence.texts("anomaly") == anomaly)
    for field, count in _counts(data, labels, alters_test=settings.get("alters_test") is True).items():
        why = f"so many images of {data.name} are normal for {anomaly}"
        evidence.compare(findings, field, count, why, among=rows)


def _is_label(value: Any) -> bool:
    return type(value) is int and 0 <= value < _INT64


def _counts(data: Prepared, labels: list[int] | None, *, alters_test: bool) -> dict[str, int]:
    """Return how many normal images there are, as the runner counts them."""
    classes = None if labels is None else frozenset(labels)
    normal = class_mask(data.test, classes)
    return {
        "n_train": int(class_mask(data.train, classes).sum()),
        "n_calibration": int(class_mask(data.calibration, classes).sum()),
        "n_normal": int((normal & data.stays_normal if alters_test else normal).sum()),
    }
