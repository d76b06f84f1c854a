"""Images that are changed to fool a classifier: ``fgsm``. It has to be asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchkit import AnomalyGenerator, LabelledImages, Unsupported, UsageError, hookimpl
from benchkit.training import Budget, build, dense, train

_BATCH = 32
"""Images a step of the stand-in's training: as the subject model's."""


@dataclass(frozen=True)
class FastGradientSign(AnomalyGenerator):
    """Every pixel one step up or down, whichever makes a classifier less sure of the image's own class.

    The classifier is a stand-in of the subject model, of the same layers, trained on the labelled test images that the
    generator is given: an attacker has neither the run's subject nor its training images. What fools one such
    classifier fools most others. It is trained on the processor, so that every device sees the same anomalies.

    Source: Goodfellow, Shlens and Szegedy 2015, "Explaining and Harnessing Adversarial Examples",
    https://arxiv.org/abs/1412.6572.

    Attributes:
        epsilon: the step, in grey levels of [0, 1], above 0.
        hidden: units of the stand-in's hidden layers.
        epochs: passes over the images.
        min_images: images seen at least.

    Raises:
        UsageError: the step is out of its range.
    """

    by_default: ClassVar[bool] = False

    epsilon: float = 0.1
    hidden: tuple[int, ...] = (32, 32)
    epochs: int = 8
    min_images: int = 40_000

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 < self.epsilon <= 1.0:
            raise UsageError(f"anomaly {self.name!r}: got epsilon={self.epsilon!r}; expected above 0, at most 1.")

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return one adversarial image for each of ``test``, in its order.

        Raises:
            Unsupported: the images are of one class: there is nothing to mistake it for.
        """
        if torch.unique(test.labels).numel() < 2:
            raise Unsupported(f"{self.name} fools a classifier and needs images of two classes at least.")
        images, labels = test.images.flatten(1).cpu(), test.labels.cpu()
        step = self.epsilon * _slope(self._stand_in(images, labels, seed), images, labels).sign()
        return (images + step).clamp_(0.0, 1.0).view(test.images.shape).to(test.images.device)

    def _stand_in(self, images: Tensor, labels: Tensor, seed: int) -> nn.Module:
        widths = (images.shape[1], *self.hidden, int(labels.max()) + 1)
        make = partial(dense, widths, ["relu"] * len(self.hidden) + ["linear"])
        network = build(make, seed=seed, device=images.device)
        seen = Budget(self.epochs, self.min_images).images(len(images), batch_size=_BATCH)
        train(network, functional.cross_entropy, images, targets=labels, batch_size=_BATCH, images=seen, seed=seed)
        return network


def _slope(network: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Return the gradient of the loss with respect to each image."""
    with torch.enable_grad():
        leaf = images.clone().requires_grad_()
        (slope,) = torch.autograd.grad(functional.cross_entropy(network(leaf), labels, reduction="sum"), leaf)
    return slope


@hookimpl
def benchkit_anomaly_generators() -> Iterable[AnomalyGenerator]:
    """Offer the fast gradient sign method."""
    return (FastGradientSign("fgsm"),)
