"""The estimators, each with the settings that matter; all else is scikit-learn's default."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from benchkit import ABOVE_ZERO, AT_LEAST_ONE, Ranges, Unsupported
from benchkit_sklearn.adapter import Adapter

Vectors = NDArray[np.float32]
# scikit-learn is imported where it is needed: that takes a second, which every command that lists plugins would pay.


@dataclass(frozen=True)
class IsolationForest(Adapter):
    """Random trees; score: how few cuts set an input apart.

    Source: Liu, Ting and Zhou 2008, "Isolation Forest", https://doi.org/10.1109/ICDM.2008.17.

    Attributes:
        trees: how many.
        sample: inputs that a tree is grown from; fewer if there are fewer.
    """

    setting_ranges: ClassVar[Ranges] = {"trees": AT_LEAST_ONE, "sample": AT_LEAST_ONE}

    most: int = 100_000
    trees: int = 100
    sample: int = 256

    def estimator(self, vectors: Vectors, *, seed: int) -> Any:
        """Return the forest."""
        from sklearn.ensemble import IsolationForest as Forest

        return Forest(n_estimators=self.trees, max_samples=min(self.sample, len(vectors)), random_state=seed)


@dataclass(frozen=True)
class OneClassSvm(Adapter):
    """A boundary around the normal inputs, by a radial kernel as wide as they are spread; score: how far outside.

    Source: Schölkopf et al. 2001, "Estimating the Support of a High-Dimensional Distribution",
    https://doi.org/10.1162/089976601750264965.

    Attributes:
        nu: share of normal inputs that may lie outside, above 0 to 1.
    """

    setting_ranges: ClassVar[Ranges] = {"nu": (ABOVE_ZERO[0], 1.0)}

    most: int = 5_000
    nu: float = 0.1

    def estimator(self, vectors: Vectors, *, seed: int) -> Any:
        """Return the machine."""
        from sklearn.svm import OneClassSVM

        machine = OneClassSVM(nu=self.nu)
        machine.random_state = seed  # no argument of its own: it would draw from NumPy's global state
        return machine


@dataclass(frozen=True)
class LocalOutlierFactor(Adapter):
    """Score: how much sparser it is around an input than around its neighbours.

    Source: Breunig et al. 2000, "LOF: Identifying Density-Based Local Outliers",
    https://doi.org/10.1145/335191.335388.

    Attributes:
        neighbours: how many; fewer if there are fewer other inputs.
    """

    setting_ranges: ClassVar[Ranges] = {"neighbours": AT_LEAST_ONE}

    neighbours: int = 20

    def estimator(self, vectors: Vectors, *, seed: int) -> Any:
        """Return the estimator.

        Raises:
            Unsupported: there is one input, which has no neighbour.
        """
        from sklearn.neighbors import LocalOutlierFactor as Factor

        if len(vectors) < 2:
            raise Unsupported(f"{self.name} compares an input with its neighbours and needs two normal ones at least.")
        return Factor(min(self.neighbours, len(vectors) - 1), novelty=True)


@dataclass(frozen=True)
class EllipticEnvelope(Adapter):
    """A Gaussian around the densest part of the normal inputs; score: squared Mahalanobis distance.

    Source: Rousseeuw and Van Driessen 1999, "A Fast Algorithm for the Minimum Covariance Determinant Estimator",
    https://doi.org/10.1080/00401706.1999.10485670.
    """

    def estimator(self, vectors: Vectors, *, seed: int) -> Any:
        """Return the envelope.

        Raises:
            Unsupported: a feature depends on others, or never varies, so that the determinant is 0.
        """
        from sklearn.covariance import EllipticEnvelope as Envelope

        features = vectors.shape[1]
        rank = int(np.linalg.matrix_rank(vectors - vectors.mean(0)))
        if rank < features or len(vectors) < 2 * features:
            raise Unsupported(
                f"{self.name} needs features of which none is made of the others, and twice as many inputs as "
                f"features; got {len(vectors)} inputs of {features} features and rank {rank}. Use another view, such "
                "as 'latent'."
            )
        return Envelope(random_state=seed)


@dataclass(frozen=True)
class KernelDensity(Adapter):
    """A Gaussian around each normal input; score: minus the log of their mean density, nats.

    Source: Parzen 1962, "On Estimation of a Probability Density Function and Mode",
    https://doi.org/10.1214/aoms/1177704472. The width is Scott's rule times the mean deviation of a feature.
    """

    most: int = 2_000

    def estimator(self, vectors: Vectors, *, seed: int) -> Any:
        """Return the estimator."""
        from sklearn.neighbors import KernelDensity as Density

        scott = len(vectors) ** (-1.0 / (vectors.shape[1] + 4))
        spread = float(vectors.std(0).mean())
        return Density(bandwidth=scott * spread if spread > 0.0 else 1.0)


@dataclass(frozen=True)
class GaussianMixture(Adapter):
    """A sum of Gaussians; score: minus the log of its density, nats.

    Attributes:
        components: how many; fewer if there are fewer inputs.
        floor: added to every variance, as a share of the mean variance of a feature.
    """

    setting_ranges: ClassVar[Ranges] = {"components": AT_LEAST_ONE, "floor": (0.0, math.inf)}

    most: int = 20_000
    components: int = 10
    floor: float = 1e-3

    def estimator(self, vectors: Vectors, *, seed: int) -> Any:
        """Return the mixture.

        Raises:
            Unsupported: there is one input, which has no variance.
        """
        from sklearn.mixture import GaussianMixture as Mixture

        if len(vectors) < 2:
            raise Unsupported(f"{self.name} estimates variances and needs two normal inputs at least.")
        floor = self.floor * float(vectors.var(0).mean())
        return Mixture(min(self.components, len(vectors)), reg_covar=max(floor, 1e-6), random_state=seed)
