"""A dense autoencoder of any depth, on any view."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchkit import ABOVE_ZERO, AT_LEAST_ONE, Detector, Ranges, Rows, Scorer
from benchkit.training import Budget, Mapped, as_rows, batched, build, dense, flat, infer, train_many
from benchkit_autoencoder.scaling import Scaling


@dataclass(frozen=True)
class Autoencoder(Detector):
    """Dense layers down to a bottleneck and back; score: mean squared reconstruction error of an input.

    Inputs are flattened, so every view will do. Glorot-uniform weights, mean squared error.
    Sources: Rumelhart, Hinton and Williams 1986 for the idea; the five experiments for the architectures:
    ``pixel-ae`` (784-100-50-100-784, tanh throughout, batch 40) is the fourth, ``pixel-ae-shallow`` (784-50-784,
    tanh then sigmoid, batch 64, drawn with replacement) the fifth, ``model-state-ae-*`` the first, which looks at
    the activations of a classifier instead of pixels.

    Attributes:
        hidden: units of the hidden layers, bottleneck included.
        activation: of the hidden layers: ``tanh``, ``sigmoid``, ``relu`` or ``linear``.
        output: activation of the last layer; ``linear`` for inputs that are not in [0, 1].
        standardise: shift and scale every feature by its training mean and deviation first; scores are then in
            units of variance. For views whose features differ in scale, such as activations.
        batch_size: inputs a step.
        epochs: passes over the training inputs.
        min_images: inputs seen at least, so that small data sets still train a network.
        max_images: inputs seen at most, so that large ones stay affordable. ``pixel-ae``: as many as the experiment
            saw (400 epochs of 1,000 images).
        replacement: draw batches at random with replacement instead of shuffling.
        learning_rate: the optimiser's step size.
        optimiser: ``adam``, ``adagrad``, ``rmsprop`` or ``adadelta``.
    """

    setting_ranges: ClassVar[Ranges] = {
        "hidden": AT_LEAST_ONE,
        "batch_size": AT_LEAST_ONE,
        "epochs": (0, math.inf),
        "min_images": (0, math.inf),
        "max_images": AT_LEAST_ONE,
        "learning_rate": ABOVE_ZERO,
    }

    takes_rows: ClassVar[bool] = True

    hidden: tuple[int, ...] = (100, 50, 100)
    activation: str = "tanh"
    output: str = "tanh"
    standardise: bool = False
    batch_size: int = 40
    epochs: int = 20
    min_images: int = 0
    max_images: int = 400_000
    replacement: bool = False
    learning_rate: float = 1e-3
    optimiser: str = "adam"

    def fit(self, normal: Tensor | Rows, *, seed: int) -> Scorer:
        """Train on normal inputs (N×…, N ≥ 1) and return the scorer."""
        (scorer,) = self.fit_many([normal], seeds=[seed])
        return scorer

    def fit_many(self, normals: Sequence[Tensor | Rows], *, seeds: Sequence[int]) -> list[Scorer]:
        """Train one network for each set of normal inputs and seed, all of them together."""
        vectors = [flat(normal) for normal in normals]
        scalings = [Scaling.fit(each) if self.standardise else Scaling() for each in vectors]
        networks = [
            self.build(each.shape[1], seed=seed, device=each.device) for each, seed in zip(vectors, seeds, strict=True)
        ]
        losses = self._train(networks, [_scaled(*each) for each in zip(vectors, scalings, strict=True)], seeds)
        # Behind the activation of the middle hidden layer, which follows its layer in the stack.
        depth = 2 * (len(self.hidden) // 2 + 1)
        return [_ReconstructionError(*each, depth) for each in zip(networks, scalings, losses, strict=True)]

    def build(self, features: int, *, seed: int, device: torch.device | str = "cpu") -> nn.Sequential:
        """Return the untrained network for vectors of ``features`` numbers."""
        widths = (features, *self.hidden, features)
        activations = [self.activation] * len(self.hidden) + [self.output]
        return build(lambda: dense(widths, activations), seed=seed, device=device)

    def _train(
        self, networks: Sequence[nn.Module], inputs: Sequence[Tensor | Rows], seeds: Sequence[int]
    ) -> list[list[float]]:
        budget = Budget(self.epochs, self.min_images, self.max_images)
        return train_many(
            networks,
            functional.mse_loss,
            inputs,
            batch_size=self.batch_size,
            images=[budget.images(len(each), batch_size=self.batch_size) for each in inputs],
            seeds=seeds,
            learning_rate=self.learning_rate,
            optimiser=self.optimiser,
            replacement=self.replacement,
        )


def _scaled(vectors: Tensor | Rows, scaling: Scaling) -> Tensor | Rows:
    """Return the inputs of a network, scaled as they are taken: a scaled copy of all of them is much memory."""
    return vectors if scaling.shift is None else Mapped(as_rows(vectors), scaling)


@dataclass(frozen=True)
class _ReconstructionError:
    network: nn.Sequential
    scaling: Scaling
    losses: Sequence[float]
    depth: int

    def __call__(self, inputs: Tensor, /) -> Tensor:
        return batched(self._errors, inputs.flatten(1))

    def _errors(self, vectors: Tensor) -> Tensor:
        scaled = self.scaling(vectors)
        return infer(self.network, scaled).sub_(scaled).square_().mean(1)

    def reconstruct(self, inputs: Tensor, /) -> Tensor:
        """Return what the network makes of inputs, in their own units and shape."""
        return self.scaling.back(infer(self.network, self.scaling(inputs.flatten(1)))).view_as(inputs)

    def encode(self, inputs: Tensor, /) -> Tensor:
        """Return the activations of the middle hidden layer."""
        return infer(self.network[: self.depth], self.scaling(inputs.flatten(1)))
