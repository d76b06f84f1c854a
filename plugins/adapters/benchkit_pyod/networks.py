"""Detectors of PyOD that train networks with torch, each with the settings that matter, under PyOD's names.

What each offered detector is, and where it was published, stands beside it in ``offered``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from benchkit import AT_LEAST_ONE, Ranges, Rows, Scorer, Unsupported
from benchkit_pyod.adapter import Adapter, PyodScorer, Scores, Vectors
from benchkit_pyod.calm import one_thread


@dataclass(frozen=True)
class Network(Adapter):
    """A detector that trains small networks, on one thread of the processor."""

    def fit(self, normal: Tensor | Rows, *, seed: int) -> Scorer:
        """Train on normal inputs (N×…, N ≥ 1) and return the scorer.

        Raises:
            Unsupported: they are too few, or of a kind that it cannot take.
        """
        with one_thread():
            return super().fit(normal, seed=seed)


@dataclass(frozen=True)
class Autoencoder(Network):
    """Score: distance of an input from what an autoencoder with batch normalisation makes of it.

    Attributes:
        epoch_num: passes over the normal inputs.
        batch_size: inputs a step; fewer if there are fewer.
    """

    setting_ranges: ClassVar[Ranges] = {"epoch_num": AT_LEAST_ONE, "batch_size": AT_LEAST_ONE}

    fewest: ClassVar[int] = 2
    bounded: ClassVar[Mapping[str, int]] = {"batch_size": 0}

    epoch_num: int = 10
    batch_size: int = 32


@dataclass(frozen=True)
class Variational(Autoencoder):
    """Score: distance of an input from what a variational autoencoder makes of the mean of its code.

    PyOD draws a code instead, and a score would be another at each call.

    Attributes:
        latent_dim: numbers of a code.
    """

    setting_ranges: ClassVar[Ranges] = {"latent_dim": AT_LEAST_ONE}

    fewest: ClassVar[int] = 1

    epoch_num: int = 30
    latent_dim: int = 2

    def settle(self, fitted: Any) -> None:
        """Take the mean for the code."""
        fitted.model.reparameterize = lambda mean, log_variance: mean


@dataclass(frozen=True)
class Trained(Network):
    """A detector whose training has a length.

    Attributes:
        epochs: passes over the normal inputs.
    """

    setting_ranges: ClassVar[Ranges] = {"epochs": AT_LEAST_ONE}

    epochs: int = 100


@dataclass(frozen=True)
class Bounded(Trained):
    """Score: distance of an input from what an autoencoder makes of it whose codes are kept inside of a boundary.

    Attributes:
        batch_size: inputs a step; some more where one would be left over, which cannot be normalised by itself.
    """

    setting_ranges: ClassVar[Ranges] = {"batch_size": AT_LEAST_ONE}

    fewest: ClassVar[int] = 2

    batch_size: int = 32

    def arguments(self, vectors: Vectors) -> dict[str, Any]:
        """Return the arguments, with a size of batches that leaves no single input over."""
        size = self.batch_size
        while len(vectors) % size == 1:
            size += 1
        return super().arguments(vectors) | {"batch_size": size}

    def scores(self, scorer: PyodScorer, vectors: Vectors) -> Scores:
        """Return the scores; an input that is left over is scored twice, as PyOD fails on one by itself."""
        over = len(vectors) % scorer.fitted.batch_size == 1
        return super().scores(scorer, np.vstack([vectors, vectors[-1:]]) if over else vectors)[: len(vectors)]


@dataclass(frozen=True)
class Hypersphere(Trained):
    """Score: squared distance of a network's output from the mean of its outputs before it was trained."""

    fewest: ClassVar[int] = 2
    varied: ClassVar[bool] = True

    def arguments(self, vectors: Vectors) -> dict[str, Any]:
        """Return the arguments, with the number of features."""
        return super().arguments(vectors) | {"n_features": vectors.shape[1]}


@dataclass(frozen=True)
class Discriminator(Network):
    """Score: how little a discriminator takes an input for real, that was trained against generators.

    PyOD's score is how much it does, the reverse of what the paper says (its Algorithm 1) and a benchmark can use; see
    https://github.com/yzhao062/pyod/issues/119.
    """

    def scores(self, scorer: PyodScorer, vectors: Vectors) -> Scores:
        """Return PyOD's scores, with the sign that the paper gives them."""
        return -super().scores(scorer, vectors)


@dataclass(frozen=True)
class OneGenerator(Discriminator):
    """One generator.

    Attributes:
        stop_epochs: passes over the normal inputs in which the generator learns; then twice as many in which it
            does not.
    """

    setting_ranges: ClassVar[Ranges] = {"stop_epochs": AT_LEAST_ONE}

    stop_epochs: int = 20


@dataclass(frozen=True)
class ManyGenerators(OneGenerator):
    """Several generators.

    Attributes:
        k: how many.
    """

    setting_ranges: ClassVar[Ranges] = {"k": AT_LEAST_ONE}

    k: int = 10


@dataclass(frozen=True)
class NewGenerator(Discriminator):
    """One generator, as PyOD has it of late.

    Attributes:
        epoch_num: passes over the normal inputs.
    """

    setting_ranges: ClassVar[Ranges] = {"epoch_num": AT_LEAST_ONE}

    epoch_num: int = 100


@dataclass(frozen=True)
class Graph(Network):
    """Score: what a network says of the distances to the nearest inputs, trained to tell drawn ones from normal ones.

    Attributes:
        n_neighbours: how many inputs; fewer if there are fewer.
        n_epochs: steps of the training.
    """

    setting_ranges: ClassVar[Ranges] = {"n_neighbours": AT_LEAST_ONE, "n_epochs": AT_LEAST_ONE}

    fewest: ClassVar[int] = 2

    n_neighbours: int = 5
    n_epochs: int = 200

    def arguments(self, vectors: Vectors) -> dict[str, Any]:
        """Return the arguments; a tenth of the inputs is kept to validate, and as many are drawn as there are."""
        trained_on = len(vectors) - -(-len(vectors) // 10)
        return super().arguments(vectors) | {"n_neighbours": min(self.n_neighbours, 2 * trained_on - 1)}


@dataclass(frozen=True)
class Representations(Network):
    """Score: how few cuts set apart what random networks make of an input, and how far it lies from them.

    PyOD puts each batch on a scale of its own, so that inputs would count for one another. Here the normal inputs set
    the scale.

    Attributes:
        n_ensemble: how many networks.
    """

    setting_ranges: ClassVar[Ranges] = {"n_ensemble": AT_LEAST_ONE}

    fewest: ClassVar[int] = 2

    n_ensemble: int = 50

    def build(self, vectors: Vectors, seed: int) -> Any:
        """Return PyOD's detector, with another scale."""
        detector = super().build(vectors, seed)
        detector._deep_representation = _Scaled()
        return detector

    def settle(self, fitted: Any) -> None:
        """Raise Unsupported where that had no effect."""
        if not fitted._deep_representation.scales:
            raise Unsupported(f"{self.name} cannot keep inputs apart with this version of PyOD. Install PyOD 3.6.")


class _Scaled:
    """What networks make of inputs, on the scale of the first inputs that each was given: the normal ones."""

    def __init__(self) -> None:
        self.scales: dict[int, tuple[Vectors, Vectors]] = {}

    def __call__(self, network: Any, inputs: Vectors) -> Vectors:
        with torch.no_grad():
            outputs = network(torch.from_numpy(inputs).float()).double().numpy()
        mean, deviation = self.scales.setdefault(id(network), (outputs.mean(0), outputs.std(0)))
        scaled: Vectors = np.tanh((outputs - mean) / np.where(deviation > 0.0, deviation, 1.0))
        return scaled
