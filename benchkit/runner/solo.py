"""One detector on images that somebody brings along, by the protocol of a run.

The images take the place of an anomaly: so fit, calibration, threshold and scores are those of a run, to the bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Set
from dataclasses import InitVar, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchkit.contract import AnomalyGenerator, Dataset, Detector, LabelledImages, View
from benchkit.errors import PluginError, Unsupported, UsageError
from benchkit.measure.threshold import Threshold
from benchkit.registry import Offer, Registry, select_dataset, select_detectors
from benchkit.runner.bench import Bench
from benchkit.runner.exhibiting import Exhibitor, Ranked
from benchkit.runner.grey_images import GreyImages
from benchkit.runner.group import Outcome
from benchkit.runner.ledger import Ledger
from benchkit.runner.machine import machine_for
from benchkit.runner.memory import levels_room, shelf_for
from benchkit.runner.plan import Task, views_for, with_changes
from benchkit.runner.protocol import prepare
from benchkit.runner.settings import RunSettings

_BROUGHT = "images-brought-along"


@dataclass(frozen=True)
class BroughtAlong(AnomalyGenerator):
    """Images from outside in the place of an anomaly.

    Attributes:
        digest: SHA-256 of the images.

    Args:
        images: uint8, N×1×H×W of the data set, on the CPU.
    """

    images: InitVar[Tensor] = field(kw_only=True)
    name: str = _BROUGHT
    alters_test: bool = False
    digest: str = field(default="", init=False)

    def __post_init__(self, images: Tensor) -> None:
        super().__post_init__()
        object.__setattr__(self, "digest", hashlib.sha256(images.contiguous().numpy().tobytes()).hexdigest())
        object.__setattr__(self, "_images", images)

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return the images."""
        images: Tensor = vars(self)["_images"]
        return images.to(test.images.device)


@dataclass(frozen=True)
class Scored:
    """What a detector says of images.

    Attributes:
        detector: its name.
        view: what it looks at.
        scores: float64, N; higher is more anomalous.
        calibration: float64, M: scores of normal images that it was not fitted on.
        threshold: found from ``calibration`` alone.
        n_train: images that it was fitted on.
    """

    detector: str
    view: str
    scores: NDArray[np.float64]
    calibration: NDArray[np.float64]
    threshold: Threshold
    n_train: int

    @property
    def flagged(self) -> NDArray[np.bool_]:
        """Which images are anomalous at the threshold: N booleans."""
        return self.threshold.flags(self.scores)

    @property
    def share_below(self) -> NDArray[np.float64]:
        """Share of the calibration scores that are lower than each image's: float64, N, from 0 to 1."""
        below = np.searchsorted(np.sort(self.calibration), self.scores, side="left")
        share: NDArray[np.float64] = below / len(self.calibration)
        return share

    @property
    def most_anomalous_first(self) -> NDArray[np.int64]:
        """Positions of the images by falling score: int64, N; of equal ones the first comes first."""
        order: NDArray[np.int64] = np.argsort(-self.scores, kind="stable").astype(np.int64)
        return order


class Solo:
    """A data set cut as in a run, on which one detector is fitted for images from outside.

    Args:
        dataset: the data set.
        detector: the detector.
        views: who offers the view that it looks at.
        settings: the run's settings: device, threshold; the first seed counts.

    Raises:
        DataError: the data set cannot be loaded.
        UsageError: no such device.
    """

    def __init__(
        self,
        dataset: Offer[Dataset],
        detector: Offer[Detector],
        views: Mapping[str, Offer[View]],
        settings: RunSettings,
    ) -> None:
        self._task = Task(dataset, None, settings.seeds[0], (detector,), (), views)
        self._settings = replace(settings, save_scores=False)
        self._machine = machine_for(settings.device)
        room = levels_room(settings, self._machine)
        self.data = prepare(dataset.item, self._machine.device, room=room)
        self._exhibitor: Exhibitor | None = None
        self._ranked: Ranked | None = None

    def classes(self, normal: Set[int] = frozenset(), held_out: Set[int] = frozenset()) -> frozenset[int] | None:
        """Return the normal classes, None for all, from those that are named and those that are left out.

        Raises:
            UsageError: the data set has no such class, or none is left.
        """
        there = frozenset(torch.unique(self.data.train.labels).tolist())
        unknown = sorted((normal | held_out) - there)
        if unknown:
            raise UsageError(
                f"classes: got {', '.join(map(str, unknown))}; expected some of those of {self.data.name}: "
                f"{', '.join(map(str, sorted(there)))}."
            )
        left = frozenset(normal or there) - held_out
        if not left:
            raise UsageError("classes: got none that is normal; expected at least one that is not held out.")
        return left if normal or held_out else None

    def score(self, images: Tensor, *, normal: frozenset[int] | None = None) -> Scored:
        """Fit the detector and score images.

        Args:
            images: uint8 grey levels, N×1×H×W, of the data set's size, on the CPU.
            normal: the classes that are normal; None: all.

        Raises:
            PluginError: the detector, or the view that it looks at, did something wrong.
            Unsupported: it cannot do what is asked.
        """
        brought = Offer(BroughtAlong(normal_labels=normal, images=images), "", "", "")
        task = replace(self._task, normal_labels=normal, anomalies=(brought,))
        shelf = shelf_for(self.data, self._settings, self._machine)
        bench = Bench(task, self.data, self._settings, self._machine, Ledger(self._machine.device), shelf)
        group, (outcome,) = bench.assess(task.detectors[0], task.views)
        scored = _scored(outcome)
        if group.fitted is not None:
            self._exhibitor = Exhibitor(task.detectors[0], group.fitted.scorer, group.fitted.look, group.seed)
            self._ranked = Ranked.of_anomaly(GreyImages(images, self._machine.device), scored.scores)
        return scored

    def again(self, positions: NDArray[np.int64]) -> tuple[NDArray[np.uint8], str]:
        """Return reconstructions of the images that were scored last.

        Returns:
            uint8, k×1×H×W, one for each of the ``positions``, or none where the detector makes none; and what went
            wrong with them.
        """
        if self._exhibitor is None or self._ranked is None or not len(positions):
            return np.zeros((0, *self.data.test.images.shape[1:]), np.uint8), ""
        return self._exhibitor.again(self._ranked, positions), self._exhibitor.remarks


def _scored(outcome: Outcome) -> Scored:
    cell, scored = outcome.cell, outcome.scored
    if cell.status == "skipped":
        raise Unsupported(cell.reason)
    if scored is None or cell.threshold is None or cell.status != "ok":
        raise PluginError(cell.reason)
    threshold = Threshold(cell.threshold, cell.threshold_low)
    return Scored(cell.detector, cell.view, scored.anomaly, scored.calibration, threshold, int(cell.n_train or 0))


def solo_for(
    registry: Registry,
    *,
    dataset: str | Path | Dataset,
    detector: str | Detector,
    changes: Mapping[str, Mapping[str, Any]],
    settings: RunSettings,
) -> Solo:
    """Find data set and detector, change their settings, load the data.

    Args:
        registry: who is there.
        dataset: as in a run.
        detector: a name, ``NAME@VIEW``, or an object.
        changes: fields to change, by name or glob.
        settings: as of ``Solo``.

    Raises:
        UsageError: an unknown name, a pattern that several detectors match, a field that does not exist.
        DataError: the data set cannot be loaded.
    """
    found = select_detectors(registry, [detector])
    if len(found) > 1:
        names = ", ".join(offer.item.name for offer in found)
        raise UsageError(f"detector {detector!r}: got {names}; expected one. Name the one that is to score.")
    asked: list[Offer[Any]] = [select_dataset(registry, dataset), *found]
    (chosen, alone), views = with_changes(asked, views_for(registry, found), changes)
    return Solo(chosen, alone, views, settings)
