"""Detectors of PyOD that compute with NumPy, each with the settings that matter, under the names that PyOD gives them.

What each offered detector is, and where it was published, stands beside it in ``offered``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from benchkit import ABOVE_ZERO, AT_LEAST_ONE, Ranges
from benchkit_pyod.adapter import Adapter, PyodScorer, Scores, Vectors, pyod_class


@dataclass(frozen=True)
class Neighbours(Adapter):
    """A detector that looks at the nearest normal inputs.

    Attributes:
        n_neighbors: how many; fewer if there are fewer other inputs.
    """

    setting_ranges: ClassVar[Ranges] = {"n_neighbors": AT_LEAST_ONE}

    fewest: ClassVar[int] = 2
    bounded: ClassVar[Mapping[str, int]] = {"n_neighbors": 1}

    n_neighbors: int = 5


@dataclass(frozen=True)
class Distances(Neighbours):
    """Score: a distance, to the nearest normal inputs.

    Attributes:
        method: which: the ``largest``, the ``mean`` or the ``median``.
    """

    method: str = "largest"


@dataclass(frozen=True)
class Angles(Neighbours):
    """Score: how little the angles differ under which an input sees pairs of the nearest normal inputs."""

    fewest: ClassVar[int] = 3
    varied: ClassVar[bool] = True

    def scores(self, scorer: PyodScorer, vectors: Vectors) -> Scores:
        """Return the scores; an input that lies on all its neighbours sees no angle, and scores lowest.

        So it does on the way there: the nearer it comes to them, the more the weighted angles differ.
        """
        scores = super().scores(scorer, vectors)
        return np.where(np.isnan(scores), -np.inf, scores)


@dataclass(frozen=True)
class Histograms(Adapter):
    """Score: how rare an input's values are, by a histogram of each feature.

    Attributes:
        n_bins: of a histogram.
    """

    setting_ranges: ClassVar[Ranges] = {"n_bins": AT_LEAST_ONE}

    n_bins: int = 10


@dataclass(frozen=True)
class Projections(Histograms):
    """Score: how rare an input's random projections are, by a histogram of each.

    Attributes:
        n_random_cuts: how many projections.
    """

    setting_ranges: ClassVar[Ranges] = {"n_random_cuts": AT_LEAST_ONE}

    n_random_cuts: int = 100


@dataclass(frozen=True)
class Isolation(Adapter):
    """Score: how easily an input is set apart from a few normal ones, many times over.

    Attributes:
        n_estimators: how many times.
    """

    setting_ranges: ClassVar[Ranges] = {"n_estimators": AT_LEAST_ONE}

    fewest: ClassVar[int] = 2

    n_estimators: int = 100


@dataclass(frozen=True)
class Clusters(Adapter):
    """Score: distance to the nearest large cluster.

    Attributes:
        n_clusters: large and small; fewer if there are fewer inputs.
    """

    setting_ranges: ClassVar[Ranges] = {"n_clusters": AT_LEAST_ONE}

    bounded: ClassVar[Mapping[str, int]] = {"n_clusters": 0}
    refusals: ClassVar[Mapping[str, str]] = {
        "Could not form valid cluster separation": "needs normal inputs among which large and small clusters can be "
        "told apart; these form none. Use more of them, or other features."
    }

    n_clusters: int = 8


@dataclass(frozen=True)
class Mixture(Adapter):
    """Score: minus the log of the density of a sum of Gaussians, nats.

    Attributes:
        n_components: how many; fewer if there are fewer inputs.
    """

    setting_ranges: ClassVar[Ranges] = {"n_components": AT_LEAST_ONE}

    fewest: ClassVar[int] = 2
    bounded: ClassVar[Mapping[str, int]] = {"n_components": 0}

    n_components: int = 1


@dataclass(frozen=True)
class Kernels(Adapter):
    """Score: minus the log of the mean density of a Gaussian around each normal input, nats.

    Attributes:
        bandwidth: standard deviation of these Gaussians, in units of the inputs.
    """

    setting_ranges: ClassVar[Ranges] = {"bandwidth": ABOVE_ZERO}

    bandwidth: float = 1.0


@dataclass(frozen=True)
class Covariance(Adapter):
    """Score: squared Mahalanobis distance from the densest half of the normal inputs."""

    fewest: ClassVar[int] = 2
    varied: ClassVar[bool] = True


@dataclass(frozen=True)
class Components(Adapter):
    """Score: distances to the ends of the principal axes, each weighted by how little varies along its axis.

    Attributes:
        n_components: how much of the variance the axes have to explain, above 0 to below 1. PyOD takes all axes, and
            then divides by a variance of 0 where a pixel never changes.
    """

    setting_ranges: ClassVar[Ranges] = {"n_components": ABOVE_ZERO}

    fewest: ClassVar[int] = 2
    varied: ClassVar[bool] = True

    n_components: float = 0.99


@dataclass(frozen=True)
class Boundary(Adapter):
    """Score: how far outside of a boundary.

    Attributes:
        nu: share of normal inputs that may lie outside, above 0 to 1.
    """

    setting_ranges: ClassVar[Ranges] = {"nu": (ABOVE_ZERO[0], 1.0)}

    nu: float = 0.5


@dataclass(frozen=True)
class Subset(Adapter):
    """Score: distance to the nearest of a few normal inputs.

    Attributes:
        subset_size: how many; fewer if there are fewer inputs.
    """

    setting_ranges: ClassVar[Ranges] = {"subset_size": AT_LEAST_ONE}

    bounded: ClassVar[Mapping[str, int]] = {"subset_size": 0}

    subset_size: int = 20


@dataclass(frozen=True)
class LocalChoice(Adapter):
    """Score: the mean of those local outlier factors that agree best with all of them around an input.

    Attributes:
        n_neighbors: for each factor, how many neighbours it compares an input with; fewer if there are fewer.
        local_region_size: normal inputs around an input; fewer if there are fewer.
    """

    setting_ranges: ClassVar[Ranges] = {"n_neighbors": AT_LEAST_ONE, "local_region_size": AT_LEAST_ONE}

    fewest: ClassVar[int] = 2
    refusals: ClassVar[Mapping[str, str]] = {
        "Too many bins for data range": "chooses between local outlier factors that differ; around these inputs they "
        "agree to the last digit."
    }

    n_neighbors: tuple[int, ...] = (15, 20, 25, 35)
    local_region_size: int = 30

    def arguments(self, vectors: Vectors) -> dict[str, Any]:
        """Return the arguments, with PyOD's detectors to choose from."""
        factor, most = pyod_class("lof.LOF"), len(vectors) - 1
        return {
            "detector_list": [factor(n_neighbors=min(each, most)) for each in self.n_neighbors],
            "local_region_size": min(self.local_region_size, len(vectors)),
            "n_bins": len(self.n_neighbors),
        }

    def scores(self, scorer: PyodScorer, vectors: Vectors) -> Scores:
        """Return the scores, in the same random subspaces at each call."""
        scorer.fitted.random_state = np.random.RandomState(scorer.seed)  # PyOD takes no other
        return super().scores(scorer, vectors)
