"""What a view shows of a data set's images, trained and looked through as in a run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchkit.contract import AnomalyGenerator, Dataset, View
from benchkit.data import to_levels
from benchkit.errors import PluginError, Unsupported, UsageError, did_you_mean
from benchkit.registry import Offer, Registry, apply_settings, select_anomalies, select_dataset
from benchkit.runner.grey_images import GreyImages, LabelledGrey
from benchkit.runner.guard import PLUGIN_FAULTS, Verdict, explain
from benchkit.runner.ledger import Ledger
from benchkit.runner.machine import machine_for
from benchkit.runner.making import make_anomalies
from benchkit.runner.memory import levels_room, shelf_for
from benchkit.runner.protocol import Prepared, keep_classes, prepare
from benchkit.runner.settings import RunSettings
from benchkit.runner.sight import ViewFaultError
from benchkit.runner.views import ViewRoom
from benchkit.training import as_rows

SPLITS = ("train", "calibration", "test", "published-train")
"""The three of a run, and ``train`` with ``calibration`` in the order of the data set."""

CHUNK = 1024
"""Rows that are yielded at once, at most."""


@dataclass(frozen=True)
class Seen:
    """What a view shows of N images.

    Attributes:
        view: its name.
        rows: yields float32 arrays n×…, in the order of the images; once.
        n: N.
        labels: int64, N; None of anomalies.
        images: the images themselves, as a run holds them.
        n_train: normal images that the view was trained on.
    """

    view: str
    rows: Iterator[NDArray[np.float32]]
    n: int
    labels: NDArray[np.int64] | None
    images: GreyImages
    n_train: int


def see(
    registry: Registry,
    *,
    dataset: str | Path | Dataset,
    view: str,
    split: str = "train",
    anomaly: str | None = None,
    limit: int | None = None,
    changes: Mapping[str, Mapping[str, Any]],
    settings: RunSettings,
) -> Seen:
    """Train a view on a data set's normal training images, and look at images through it.

    Args:
        registry: who is there.
        dataset: as in a run.
        view: what to look through.
        split: one of ``SPLITS``; of no account with ``anomaly``.
        anomaly: look at these anomalies instead; the view is trained on what is normal to them.
        limit: look at so many at most, the first ones.
        changes: fields to change, by name or glob; of the data set, the view and the anomaly.
        settings: device; the first seed counts.

    Raises:
        UsageError: an unknown name, or several anomalies.
        DataError: the data set cannot be loaded.
        PluginError: the view, or the anomaly, did something wrong.
        Unsupported: it cannot do what is asked.
    """
    if split not in SPLITS:
        raise UsageError(f"split: got {split!r}; expected {', '.join(SPLITS)}.{did_you_mean(split, SPLITS)}")
    generators: list[Offer[Any]] = list(select_anomalies(registry, [anomaly])) if anomaly is not None else []
    if len(generators) > 1:
        names = ", ".join(offer.item.name for offer in generators)
        raise UsageError(f"anomaly {anomaly!r}: got {names}; expected one. Name the one that is meant.")
    asked: list[Offer[Any]] = [select_dataset(registry, dataset), registry.view_for(view), *generators]
    chosen, looker, *generators = apply_settings(asked, changes)
    seer = _Seer(view, looker, settings, chosen.item)
    return seer.anomalies(generators[0], limit) if generators else seer.split(split, limit)


class _Seer:
    """One view on one data set."""

    def __init__(self, view: str, looker: Offer[View], settings: RunSettings, dataset: Dataset) -> None:
        self._view, self._looker, self._seed = view, looker, settings.seeds[0]
        self._machine = machine_for(settings.device)
        self._data = prepare(dataset, self._machine.device, room=levels_room(settings, self._machine))
        self._shelf = shelf_for(self._data, settings, self._machine)

    def split(self, name: str, limit: int | None) -> Seen:
        """Look at one split, all classes."""
        chosen = _whole_train(self._data) if name == "published-train" else getattr(self._data, name)
        shown: LabelledGrey = chosen.select(torch.arange(min(len(chosen), len(chosen) if limit is None else limit)))
        return self._seen(shown.images, shown.labels.cpu().numpy(), None)

    def anomalies(self, offer: Offer[AnomalyGenerator], limit: int | None) -> Seen:
        """Look at anomalies."""
        try:
            images = make_anomalies(offer, self._data, seed=self._seed, shelf=self._shelf)
        except PLUGIN_FAULTS as error:
            raise _said(explain(error, offer, "generate")) from error
        shown = images.select(torch.arange(min(len(images), len(images) if limit is None else limit)))
        return self._seen(shown, None, offer.item.normal_labels)

    def _seen(self, images: GreyImages, labels: NDArray[np.int64] | None, classes: frozenset[int] | None) -> Seen:
        normal = keep_classes(self._data.train, classes)
        ledger = Ledger(self._machine.device)
        room = ViewRoom({self._view: self._looker}, normal, self._seed, ledger, self._shelf, classes)
        with self._blamed():
            room.look(self._view)
        return Seen(self._view, self._rows(room, images), len(images), labels, images, len(normal))

    def _rows(self, room: ViewRoom, images: GreyImages) -> Iterator[NDArray[np.float32]]:
        with self._blamed():
            for some in as_rows(room.inputs(self._view, "shown", images)).chunks(CHUNK):
                rows: NDArray[np.float32] = some.float().cpu().numpy()
                yield rows

    @contextlib.contextmanager
    def _blamed(self) -> Iterator[None]:
        """Turn what the view raises into one paragraph with its name."""
        try:
            yield
        except PLUGIN_FAULTS as error:
            verdict = error.verdict if isinstance(error, ViewFaultError) else explain(error, self._looker, "fit")
            raise _said(verdict) from error


def _said(verdict: Verdict) -> Exception:
    status, reason = verdict
    return Unsupported(reason) if status == "skipped" else PluginError(reason)


def _whole_train(data: Prepared) -> LabelledGrey:
    """Return the training images with those of the calibration, in the order of the data set."""
    parts = (data.train, data.calibration)
    order = torch.cat([part.images.places().cpu() for part in parts]).argsort()
    levels = torch.cat([_levels(part.images) for part in parts])[order]
    labels = torch.cat([part.labels for part in parts])
    return LabelledGrey(data.train.images.like(levels), labels[order.to(labels.device)])


def _levels(images: GreyImages) -> Tensor:
    return torch.cat([to_levels(some).cpu() for some in images.chunks()])
