"""k-means whose very small clusters count as anomalous themselves."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchkit import Detector, Scorer, UsageError
from benchkit.training import batched


@dataclass(frozen=True)
class Clustering(Detector):
    """k-means (scikit-learn's); score: distance to the nearest centroid of a cluster that is not very small.

    A cluster of very few members loses its centroid, so that its members, and whatever is near them, are measured
    from the large clusters and come out anomalous. Sources: the fourth of the five experiments, which suggests to
    cluster the innermost layer and to look for small clusters or for items far from their centroid; He, Xu and Deng
    2003, "Discovering cluster-based local outliers" (CBLOF), https://doi.org/10.1016/S0167-8655(03)00003-5.

    Inputs are flattened, so every view will do.

    Attributes:
        clusters: how many; fewer if there are fewer distinct inputs.
        min_share: clusters of fewer members than this share of the average size are very small. The largest is
            never dropped.
        restarts: k-means runs, of which the best is kept.

    Raises:
        UsageError: a number is out of its range.
    """

    clusters: int = 20
    min_share: float = 0.1
    restarts: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.clusters < 1 or self.restarts < 1 or not 0 <= self.min_share <= 1:
            raise UsageError(
                f"detector {self.name!r}: got clusters={self.clusters}, restarts={self.restarts}, min_share="
                f"{self.min_share}; expected counts of at least 1 and a share in [0, 1]. Correct its settings."
            )

    def fit(self, normal: Tensor, *, seed: int) -> Scorer:
        """Cluster normal inputs (N×…, N ≥ 1) and return the scorer."""
        (scorer,) = self.fit_many([normal], seeds=[seed])
        return scorer

    def fit_many(self, normals: Sequence[Tensor], *, seeds: Sequence[int]) -> list[Scorer]:
        """Cluster each set of normal inputs, as many at a time as torch has processor threads."""
        # Only here: importing scikit-learn costs a second, which every command that lists plugins would pay.
        from threadpoolctl import threadpool_limits

        vectors = [normal.flatten(1) for normal in normals]
        arrays = [each.cpu().numpy() for each in vectors]
        at_once = min(len(arrays), torch.get_num_threads())
        # Several threads for one add up in an order that differs from run to run, and so would the last bits. The limit
        # is set twice: for the products it holds for the process, for the rest of the work for the thread that asks.
        with threadpool_limits(1), ThreadPoolExecutor(at_once, initializer=threadpool_limits, initargs=(1,)) as pool:
            found = list(pool.map(self._centroids, arrays, seeds))
        return [_Distance(torch.from_numpy(each).to(like)) for each, like in zip(found, vectors, strict=True)]

    def _centroids(self, vectors: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
        from sklearn.cluster import KMeans

        clusters = _distinct(vectors, self.clusters)
        fitted = KMeans(clusters, n_init=self.restarts, random_state=seed).fit(vectors)
        sizes = np.bincount(fitted.labels_, minlength=clusters)
        centroids: NDArray[np.float32] = fitted.cluster_centers_[sizes >= self.min_share * sizes.mean()]
        return centroids


def _distinct(vectors: NDArray[np.float32], enough: int) -> int:
    """Return how many different rows there are, or ``enough`` if there are more."""
    # Sorting them all would take as long as clustering them, and mostly the first few tell.
    first = len(np.unique(vectors[: 10 * enough], axis=0))
    return enough if first >= enough else min(enough, len(np.unique(vectors, axis=0)))


@dataclass(frozen=True)
class _Distance:
    centroids: Tensor

    def __call__(self, inputs: Tensor, /) -> Tensor:
        return batched(self._nearest, inputs.flatten(1))

    def _nearest(self, vectors: Tensor) -> Tensor:
        # Not by way of a matrix product: near a centroid nothing but rounding would be left of the distance.
        distances = torch.cdist(vectors, self.centroids, compute_mode="donot_use_mm_for_euclid_dist")
        return distances.amin(1)
