"""A subject model whose layers the tests know, and the way in of each detector of pytorch-ood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import benchkit_digits
import benchkit_torch_ood
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchkit import SubjectDetector
from benchkit.data import to_floats
from benchkit.training import build, dense, train

DETECTORS: list[Any] = list(benchkit_torch_ood.benchkit_detectors())
NAMED: dict[str, Any] = {detector.name.removeprefix("torch-ood-"): detector for detector in DETECTORS}

HELD_OUT = 3

Look = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class World:
    """A classifier of all digits but one, its views, and images: normal ones to fit on, others, and held-out ones."""

    network: nn.Sequential
    looks: Mapping[str, Look]
    normal: Tensor
    others: Tensor
    held_out: Tensor

    @property
    def shown(self) -> Tensor:
        """Return images of both kinds."""
        return torch.cat([self.others[:40], self.held_out[:20]])


@cache
def world() -> World:
    """Return the classifier, trained once, and its images."""
    (digits,) = benchkit_digits.benchkit_datasets()
    splits = digits.load()
    train_images, test_images = to_floats(splits.train.images), to_floats(splits.test.images)
    normal, labels = train_images[splits.train.labels != HELD_OUT], splits.train.labels[splits.train.labels != HELD_OUT]
    network = build(lambda: dense((784, 32, 32, 10), ("relu", "relu", "linear")), seed=0, device=normal.device)
    train(network, functional.cross_entropy, normal.flatten(1), targets=labels, batch_size=32, images=20_000, seed=0)
    looks = {"layer1": up_to(network, 2), "layer2": up_to(network, 4), "logits": up_to(network, 5)}
    held_out = splits.test.labels == HELD_OUT
    return World(network, looks, normal, test_images[~held_out], test_images[held_out])


@cache
def known(name: str) -> Look:
    """Return the scores of a detector that is fitted once, on the normal images."""
    here = world()
    return fitted(NAMED[name.removeprefix("torch-ood-")], here.normal, here.looks)


def up_to(network: nn.Sequential, end: int) -> Look:
    """Return a part of a network as a function of images."""
    part = network[:end]
    return lambda images: part(images.flatten(1))


def fitted(detector: Any, normal: Tensor, looks: Mapping[str, Look], *, seed: int = 0) -> Look:
    """Fit as a run does, and return the scores as a function of images, with gradients off."""
    if isinstance(detector, SubjectDetector):
        scorer, look = detector.fit_subject(normal, looks, seed=seed), None
    else:
        look = looks[detector.view]
        with torch.no_grad():
            scorer = detector.fit(look(normal), seed=seed)

    def scores(images: Tensor) -> Tensor:
        with torch.no_grad():
            return scorer(images if look is None else look(images))

    return scores
