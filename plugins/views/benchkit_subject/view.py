"""The subject model: a small dense classifier whose activations are watched."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchkit import (
    ABOVE_ZERO,
    AT_LEAST_ONE,
    LATER,
    LabelledImages,
    LabelledRows,
    Ranges,
    Rows,
    Unsupported,
    UsageError,
    View,
)
from benchkit.training import Budget, build, dense, flat, infer, train_many
from benchkit_subject.exposure import Level, exposed

Looks = Mapping[str, Callable[[Tensor], Tensor]]


@dataclass(frozen=True)
class Subject(View):
    """A classifier of the normal classes, trained once and watched layer by layer.

    Source: the first of the five experiments, "model-state data". Architecture: pixels, one ReLU layer for each
    entry of ``hidden``, one logit a class; softmax cross-entropy, Adam. Glorot-uniform weights.

    Offers ``layer1``, ``layer2``, … (n×units float32, after the ReLU, so not negative) and ``logits`` (n×classes,
    before the softmax); gradients with respect to images pass through them. There are as many classes as the largest
    normal label says, plus one: the unit of a digit that is held out below it exists but is never trained to fire.

    Attributes:
        hidden: units of the hidden layers.
        epochs: passes over the training images: 8, as in the experiment.
        batch_size: images a step: 32, as in the experiment.
        learning_rate: Adam's step size.
        min_images: images seen at least, so that a data set of a thousand images still trains a classifier
            (about 1,250 steps) rather than a random projection.
        exposure: levels of noise that the classifier is shown beside the normal images, a noisy copy of each, as in the
            experiment: pairs of standard deviation and share of white pixels, both from 0 to 1. None by default,
            because it leaks: rows that look there are of a protocol of their own.
    """

    setting_ranges: ClassVar[Ranges] = {
        "hidden": AT_LEAST_ONE,
        "epochs": (0, math.inf),
        "batch_size": AT_LEAST_ONE,
        "learning_rate": ABOVE_ZERO,
        "min_images": (0, math.inf),
    }

    takes_rows: ClassVar[bool] = True

    name: str = "subject"
    hidden: tuple[int, ...] = (32, 32)
    epochs: int = 8
    batch_size: int = 32
    learning_rate: float = 1e-3
    min_images: int = 40_000
    exposure: tuple[Level, ...] = field(default=(), metadata=LATER)

    def __post_init__(self) -> None:
        super().__post_init__()
        wrong = [level for level in self.exposure if not all(0 <= number <= 1 for number in level)]
        if wrong:
            raise UsageError(
                f"view {self.name!r}: got exposure={wrong[0]!r}; expected pairs of numbers from 0 to 1, the standard "
                "deviation of the noise and the share of white pixels, such as [[0.25, 0.02]]. Correct it."
            )

    def leaks(self) -> str:
        """Return that the classifier was shown noise, and how much, where it was."""
        levels = ", ".join(f"{sigma!r} with {rate!r} of the pixels white" for sigma, rate in self.exposure)
        return f"the classifier was trained on noisy images too, of standard deviation {levels}" if levels else ""

    def offers(self) -> tuple[str, ...]:
        """Return ``layer1`` … and ``logits``."""
        return (*(f"layer{depth + 1}" for depth in range(len(self.hidden))), "logits")

    def fit(self, normal: LabelledImages | LabelledRows, *, seed: int) -> Looks:
        """Train the classifier; return one function for each offered view.

        Raises:
            Unsupported: the normal images are of fewer than two classes: there is nothing to tell apart. Or there are
                more of them than fit on the device, and a noisy copy of each is wanted.
        """
        (looks,) = self.fit_many([normal], seeds=[seed])
        return looks

    def fit_many(self, normals: Sequence[LabelledImages | LabelledRows], *, seeds: Sequence[int]) -> list[Looks]:
        """Train one classifier for each set of normal images and seed, all of them together; as ``fit``."""
        for normal in normals:
            self._check(normal.labels)
        normals = [self._exposed(normal, seed) for normal, seed in zip(normals, seeds, strict=True)]
        pixels = [flat(normal.images) for normal in normals]
        labels = [normal.labels for normal in normals]
        networks = list(map(self._build, pixels, labels, seeds))
        budget = Budget(self.epochs, self.min_images)
        train_many(
            networks,
            functional.cross_entropy,
            pixels,
            targets=labels,
            batch_size=self.batch_size,
            images=[budget.images(len(each), batch_size=self.batch_size) for each in pixels],
            seeds=seeds,
            learning_rate=self.learning_rate,
        )
        return [self._looks(network) for network in networks]

    def _check(self, labels: Tensor) -> None:
        found = int(torch.unique(labels).numel())
        if found < 2:
            raise Unsupported(
                f"view {self.name!r} trains a classifier and needs at least two normal classes; got {found}. "
                "Use the views 'pixels' or 'latent' for one-class runs."
            )

    def _exposed(self, normal: LabelledImages | LabelledRows, seed: int) -> LabelledImages | LabelledRows:
        if not self.exposure:
            return normal
        if isinstance(normal, LabelledRows):
            raise Unsupported(
                f"view {self.name!r}: exposure copies the training images, which do not fit on the device as they are. "
                "Give it more memory (--device-memory), or train without exposure."
            )
        return exposed(normal, self.exposure, name=self.name, seed=seed)

    def _build(self, pixels: Tensor | Rows, labels: Tensor, seed: int) -> nn.Sequential:
        widths = (pixels.shape[1], *self.hidden, int(labels.max()) + 1)
        activations = ["relu"] * len(self.hidden) + ["linear"]
        return build(lambda: dense(widths, activations), seed=seed, device=pixels.device)

    def _looks(self, network: nn.Sequential) -> Looks:
        # A view ends behind the activation, which follows its layer in the stack.
        ends = [2 * depth + 2 for depth in range(len(self.hidden))] + [len(network)]
        return {name: _up_to(network, end) for name, end in zip(self.offers(), ends, strict=True)}


def _up_to(network: nn.Sequential, end: int) -> Callable[[Tensor], Tensor]:
    part = network[:end]

    def activations(images: Tensor) -> Tensor:
        if torch.is_grad_enabled() and images.requires_grad:
            return part(images.flatten(1))  # type: ignore[no-any-return]
        return infer(part, images.flatten(1))

    return activations
