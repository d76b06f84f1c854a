"""The user's own images, scored by one detector: from files to verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from benchkit.contract import Dataset, Detector
from benchkit.data import to_levels
from benchkit.data.likeness import POLARITIES, Likeness, Polarity, ground_of
from benchkit.data.own_images import OwnImage, Refused, find_images, read_images
from benchkit.errors import DataError, UsageError, did_you_mean
from benchkit.registry import Registry
from benchkit.runner import RunSettings
from benchkit.runner.protocol import Prepared
from benchkit.runner.solo import Scored, solo_for

_SEEN_OF_GROUND = 1000
_NAMED = 20
COLUMNS = (
    "index", "file", "place", "label", "score", "threshold", "threshold_low", "verdict", "share_below", "converted",
)  # fmt: skip
"""Of ``Scoring.table``, in this order."""


@dataclass(frozen=True)
class Scoring:
    """Images with a detector's verdict on each.

    Attributes:
        dataset: on whose normal training images the detector was fitted.
        seed: of the fit.
        policy: from which the threshold came, such as ``quantile:0.95``.
        normal_labels: the classes that the detector was fitted on; None for all.
        images: N of them, as the detector saw them.
        refused: files that could not be read.
        scored: what the detector says.
        order: int64: which of the N are shown, in this order.
        again: uint8, H×W of each that is shown: its reconstruction; none where the detector makes none, or where
            nobody asked.
        note: what went wrong with the reconstructions.
    """

    dataset: str
    seed: int
    policy: str
    normal_labels: frozenset[int] | None
    images: tuple[OwnImage, ...]
    refused: tuple[Refused, ...]
    scored: Scored
    order: NDArray[np.int64]
    again: tuple[NDArray[np.uint8], ...] = ()
    note: str = ""

    def __repr__(self) -> str:
        """Return who scored how many images, and how many of them are anomalous."""
        anomalous, total = int(self.scored.flagged.sum()), len(self.images)
        refused = f", {len(self.refused)} not read" if self.refused else ""
        return f"<Scoring: {self.scored.detector} on {self.dataset}: {anomalous} of {total} anomalous{refused}>"

    @property
    def table(self) -> pd.DataFrame:
        """One row an image that is shown.

        ``index`` counts the images as they were given, ``place`` those of one file. ``label`` is missing where nobody
        knows it, ``threshold_low`` where the threshold has one side, ``place`` where a file is one picture.
        ``share_below`` is the share of the normal calibration scores that are lower, from 0 to 1.
        """
        threshold = self.scored.threshold
        flagged, below = self.scored.flagged, self.scored.share_below
        rows = [
            (
                index, image.file, image.place, image.label, float(self.scored.scores[index]), threshold.high,
                threshold.low, "anomalous" if flagged[index] else "normal", float(below[index]), "; ".join(image.steps),
            )
            for index in self.order.tolist()
            for image in (self.images[index],)
        ]  # fmt: skip
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        return frame.astype({"place": "Int64", "label": "Int64", "threshold_low": "float64"})


def score_images(
    registry: Registry,
    images: Sequence[str | Path],
    *,
    dataset: str | Path | Dataset,
    detector: str | Detector,
    settings: RunSettings,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    normal_labels: Set[int] = frozenset(),
    held_out: Set[int] = frozenset(),
    polarity: str = "auto",
    top: int | None = None,
    by_score: bool = False,
    reconstructions: int = 0,
) -> Scoring:
    """Fit a detector as a run does, and score images with it.

    Args:
        registry: who is there.
        images: files, folders and patterns.
        dataset: on whose normal training images the detector is fitted.
        detector: a name, ``NAME@VIEW``, or an object.
        settings: device, threshold and seed.
        changes: fields to change, by name or glob.
        normal_labels: the classes that are normal; none: all.
        held_out: classes that are not normal.
        polarity: ``auto``, ``keep`` or ``invert``, as of ``Likeness``.
        top: show only so many, the most anomalous first; None shows all.
        by_score: show the most anomalous first.
        reconstructions: of how many of those that are shown to keep the reconstruction.

    Raises:
        UsageError: the request was wrong.
        DataError: the data set cannot be loaded, or none of the images can be read.
        PluginError: the detector did something wrong.
        Unsupported: it cannot do what is asked.
    """
    asked = _polarity(polarity)
    files = find_images(images)
    solo = solo_for(registry, dataset=dataset, detector=detector, changes=changes or {}, settings=settings)
    normal = solo.classes(normal_labels, held_out)
    own = read_images(files, _likeness(solo.data, asked))
    if not own.images:
        raise _all_refused(own.refused)
    scored = solo.score(torch.from_numpy(np.stack([image.levels for image in own.images]))[:, None], normal=normal)
    order = _order(scored, top, by_score)
    again, note = solo.again(order[:reconstructions])
    return Scoring(
        solo.data.name, settings.seeds[0], settings.threshold, normal, own.images, own.refused, scored, order,
        tuple(again[:, 0]), note,
    )  # fmt: skip


def _polarity(text: str) -> Polarity:
    for known in POLARITIES:
        if text == known:
            return known
    raise UsageError(f"polarity: got {text!r}; expected {', '.join(POLARITIES)}.{did_you_mean(text, POLARITIES)}")


def _likeness(data: Prepared, polarity: Polarity) -> Likeness:
    train = data.train.images
    seen = train.take(torch.arange(min(_SEEN_OF_GROUND, len(train))))
    return Likeness(train.shape[-2], train.shape[-1], ground_of(to_levels(seen)), polarity)


def _order(scored: Scored, top: int | None, by_score: bool) -> NDArray[np.int64]:
    if top is not None:
        return scored.most_anomalous_first[:top]
    return scored.most_anomalous_first if by_score else np.arange(len(scored.scores), dtype=np.int64)


def _all_refused(refused: Sequence[Refused]) -> DataError:
    if len(refused) == 1:
        return DataError(refused[0].reason)
    reasons = " ".join(each.reason for each in refused[:_NAMED])
    rest = f" And {len(refused) - _NAMED} more." if len(refused) > _NAMED else ""
    return DataError(f"images: got {len(refused)} files, of which none can be read. {reasons}{rest}")
