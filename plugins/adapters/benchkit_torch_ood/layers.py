"""Methods that look at several layers at once: at every view of the subject model but the logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from benchkit.training import batched
from benchkit_torch_ood.adapter import OodOnSubject
from benchkit_torch_ood.features import check_precision
from benchkit_torch_ood.library import seeded
from benchkit_torch_ood.scoring import AT_ONCE, Function
from benchkit_torch_ood.subject import Subject


@dataclass(frozen=True)
class MultiMahalanobis(OodOnSubject):
    """Score: sum of the Mahalanobis scores of all layers, one as good as the other; of maps the mean over places.

    Classes are the predicted ones. The paper weighs layers by example anomalies, of which a detector here has none.
    Source: Lee et al. 2018, https://arxiv.org/abs/1807.03888.
    """

    method: ClassVar[str] = "MultiMahalanobis"
    at_once: ClassVar[int] = 256  # the library multiplies each image by each

    def predicted(self, subject: Subject) -> Function:
        """Fit the Gaussians of each layer.

        Raises:
            Unsupported: there is no layer, or a covariance has no inverse in float32.
        """
        layers = list(map(_averaged, subject.layers))
        gaussians = self.made([torch.nn.Identity()] * len(layers))
        gaussians.fit_structured([batched(layer, subject.normal) for layer in layers], subject.classes)
        for precision in gaussians.precision:
            check_precision(precision, self.name)
        return lambda images: gaussians.predict_structured([layer(images) for layer in layers])


def _averaged(layer: Function) -> Function:
    def activations(images: Tensor) -> Tensor:
        found = layer(images)
        return found if found.ndim == 2 else found.flatten(2).mean(2)

    return activations


@dataclass(frozen=True)
class Gram(OodOnSubject):
    """Score: how far sums of products of activations lie out of the range of the normal images of the same class.

    Over all layers and powers. Classes are the predicted ones, of the images and of the normal images alike; those
    that no normal image is predicted as have no range, and are not predicted. A tenth of the normal images of each
    class, drawn by the seed, says how much each layer counts. Source: Sastry and Oore 2020, "Detecting
    Out-of-Distribution Examples with Gram Matrices", https://arxiv.org/abs/1912.12510. As many powers as layers, as
    the library has it; the paper takes ten.
    """

    method: ClassVar[str] = "Gram"

    def predicted(self, subject: Subject) -> Function:
        """Fit the ranges.

        Raises:
            Unsupported: there is no layer.
        """
        layers, classes, all_logits = subject.layers, subject.occurring, subject.logits

        def logits(images: Tensor) -> Tensor:
            return all_logits(images)[:, classes]

        *steps, head = in_turn([*layers, logits])
        gram = self.made(head, steps, len(classes)).to(subject.device)
        batches = zip(torch.split(subject.normal, AT_ONCE), torch.split(subject.classes.cpu(), AT_ONCE), strict=True)
        with seeded(subject.source):
            gram.fit(list(batches))
        gram.to(subject.device)
        return lambda images: gram.predict_structured(logits(images), [layer(images) for layer in layers])


def in_turn(looks: Sequence[Function]) -> list[Function]:
    """Return functions of images as the layers of a network, each of which gets what the one before has returned.

    The first remembers the images, the others look at these, and the last forgets them.

    Args:
        looks: two or more functions of images.
    """
    shown: list[Tensor] = []

    def first(images: Tensor) -> Tensor:
        shown[:] = [images]
        return looks[0](images)

    def later(look: Function) -> Function:
        return lambda _: look(shown[0])

    def last(_: Tensor) -> Tensor:
        return looks[-1](shown.pop())

    return [first, *map(later, looks[1:-1]), last]
