"""One pair of detector and anomaly from scratch, as a notebook does it: nothing is shared with the pair before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor

from benchkit import AnomalyGenerator, Dataset, Detector, LabelledImages, View
from benchkit.data import to_floats

TRAIN_SHARE = 0.9
"""Of the normal training images, as a run takes; the others are its calibration images."""


def evaluate(
    dataset: Dataset, view: View | None, detector: Detector, anomaly: AnomalyGenerator, device: torch.device
) -> float:
    """Load, train the view, fit, score both kinds of test images, and return the AUROC.

    Args:
        dataset: read again for each pair.
        view: what the detector looks at; None: the images themselves.
        detector: fitted on nine tenths of the normal training images.
        anomaly: says which classes are normal, and makes the anomalies.
        device: where.
    """
    splits = dataset.load()
    everything = [_floats(part).to(device) for part in (splits.train, splits.test)]
    train, test = (_normal(part, anomaly) for part in everything)
    train = train.select(torch.arange(round(TRAIN_SHARE * len(train)), device=device))
    look = _identity if view is None else view.fit(train, seed=0)[detector.view]
    scorer = detector.fit(look(train.images), seed=0)
    source = test if anomaly.alters_test else everything[1]
    scores = [_score(scorer, look, images) for images in (test.images, anomaly.generate(source, seed=0))]
    return float(roc_auc_score(np.repeat([0, 1], [len(each) for each in scores]), np.concatenate(scores)))


def _floats(part: LabelledImages) -> LabelledImages:
    return LabelledImages(to_floats(part.images), part.labels) if part.images.dtype == torch.uint8 else part


def _normal(images: LabelledImages, anomaly: AnomalyGenerator) -> LabelledImages:
    if anomaly.normal_labels is None:
        return images
    return images.select(torch.isin(images.labels, torch.tensor(sorted(anomaly.normal_labels)).to(images.labels)))


def _identity(images: Tensor) -> Tensor:
    return images


@torch.no_grad()
def _score(scorer: Callable[[Tensor], Tensor], look: Callable[[Tensor], Tensor], images: Tensor) -> Any:
    return scorer(look(images)).cpu().numpy()
