"""Detectors of PyOD for which the inputs of a batch count for one another: here each is scored by itself.

Some put the batch beside the inputs that they were fitted on, some keep nothing of those and look at the batch alone.
A score would then depend on which others are scored with it, and anomalies would hide each other. So each input is
given alone, beside the normal ones. That is honest and slow: few normal inputs are fitted on, ``most``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from benchkit import ABOVE_ZERO, AT_LEAST_ONE, Ranges, Unsupported
from benchkit_pyod.adapter import Adapter, PyodScorer, Scores, Vectors


@dataclass(frozen=True)
class Alone(Adapter):
    """A detector whose ``decision_function`` puts inputs behind those that it was fitted on: it gets one at a time."""

    def scores(self, scorer: PyodScorer, vectors: Vectors) -> Scores:
        """Return the scores, each from a call of its own."""
        return np.array([self.score(scorer, vector) for vector in vectors])

    def score(self, scorer: PyodScorer, vector: Vectors) -> float:
        """Return the score of one input, of d numbers."""
        return float(scorer.fitted.decision_function(vector[np.newaxis])[0])


@dataclass(frozen=True)
class Beside(Alone):
    """A detector whose ``decision_function`` looks at nothing but its inputs, or measures them by one another.

    It gets the normal inputs with one to be scored behind them, and the last of the scores is taken.
    """

    def score(self, scorer: PyodScorer, vector: Vectors) -> float:
        """Return the score of one input, of d numbers."""
        return float(scorer.fitted.decision_function(np.vstack([scorer.normal, vector]))[-1])


@dataclass(frozen=True)
class Influence(Beside):
    """Score: how much an input would move the regressions of each feature on the others."""

    def check(self, vectors: Vectors) -> None:
        """Raise Unsupported where a feature is made of others: what is off their plane has no finite score."""
        super().check(vectors)
        n, features = vectors.shape
        rank = int(np.linalg.matrix_rank(vectors.astype(np.float32)))  # as precise as the inputs
        if features < 2 or rank < features or n < features + 2:
            raise Unsupported(
                f"{self.name} needs two features at least, of which none is made of the others, and two inputs more "
                f"than features; got {n} inputs of {features} features and rank {rank}. Use another view, such as "
                "'logits'."
            )


@dataclass(frozen=True)
class Chains(Beside):
    """Score: how much longer the way to an input's neighbours is, from one to the next, than theirs to their own.

    Attributes:
        n_neighbors: how many, 2 or more; fewer if there are fewer other inputs.
    """

    setting_ranges: ClassVar[Ranges] = {"n_neighbors": AT_LEAST_ONE}

    fewest: ClassVar[int] = 3
    bounded: ClassVar[Mapping[str, int]] = {"n_neighbors": 1}

    n_neighbors: int = 20


@dataclass(frozen=True)
class Subspaces(Chains):
    """Score: distance from the normal inputs around, along those features in which they hardly differ.

    Attributes:
        ref_set: of the neighbours, how many of those that share the most neighbours with an input, 2 or more.
    """

    setting_ranges: ClassVar[Ranges] = {"ref_set": AT_LEAST_ONE}

    fewest: ClassVar[int] = 4
    bounded: ClassVar[Mapping[str, int]] = {"n_neighbors": 1, "ref_set": 2}

    ref_set: int = 10


@dataclass(frozen=True)
class Affinities(Beside):
    """Score: probability that no other input takes an input for a neighbour of its own.

    Attributes:
        perplexity: neighbours that an input has, as it were.
    """

    setting_ranges: ClassVar[Ranges] = {"perplexity": ABOVE_ZERO}

    perplexity: float = 4.5

    def check(self, vectors: Vectors) -> None:
        """Raise Unsupported where PyOD would look in vain for a Gaussian that holds ``perplexity`` inputs."""
        super().check(vectors)
        same = int(np.unique(vectors, axis=0, return_counts=True)[1].max())
        if len(vectors) - 1 <= self.perplexity or same > self.perplexity:
            raise Unsupported(
                f"{self.name} needs more than {self.perplexity:g} other inputs for each, and no more that are the "
                f"same; got {len(vectors)} normal inputs, of which {same} are the same."
            )


@dataclass(frozen=True)
class Deviations(Beside):
    """Score: how much the mean deviation grows when an input joins those before it, in several orders.

    Attributes:
        n_iter: how many orders; PyOD's default is 50.
    """

    setting_ranges: ClassVar[Ranges] = {"n_iter": AT_LEAST_ONE}

    fewest: ClassVar[int] = 2
    varied: ClassVar[bool] = True

    n_iter: int = 10
