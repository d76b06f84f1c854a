"""The oddest of the images that a network was trained on, as the fourth experiment looks for them.

``python benchmarks/oddest.py`` trains the deep autoencoder on the thousand digits of ``mnist-1000``, three times with
one seed, and prints the images with the largest squared error; then it clusters the innermost layer and prints the
smallest clusters and the members that are farthest from their cluster's centroid. ``--help`` lists what can be changed.
A run (``benchkit run``) scores images that were not trained on; here, as in the experiment, they are the very same.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from benchkit import Detector, LabelledImages, Scorer, UsageError
from benchkit.data import open_dataset, to_floats, write_text
from benchkit.registry import load_registry
from benchkit.showing import Encoding


@dataclass(frozen=True)
class Clusters:
    """The clusters of a latent space.

    Attributes:
        of: int64, N: the cluster of each image.
        distance: N: how far each is from its cluster's centroid.
    """

    of: NDArray[np.int64]
    distance: NDArray[np.float64]

    @classmethod
    def find(cls, latent: NDArray[np.float64], number: int, *, seed: int) -> Clusters:
        """Return the best of ten k-means clusterings."""
        fitted = KMeans(number, n_init=10, random_state=seed).fit(latent)
        distance = np.linalg.norm(latent - fitted.cluster_centers_[fitted.labels_], axis=1)
        return cls(fitted.labels_.astype(np.int64), distance)

    def smallest(self, number: int) -> list[NDArray[np.int64]]:
        """Return the members of the smallest clusters, the smallest first."""
        sizes = np.bincount(self.of)
        return [np.flatnonzero(self.of == cluster) for cluster in np.argsort(sizes, kind="stable")[:number]]

    def farthest(self, number: int) -> NDArray[np.int64]:
        """Return the images that are farthest from their centroids, the farthest first."""
        return np.argsort(-self.distance, kind="stable")[:number]


def ranked(scorer: Scorer, images: torch.Tensor) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the places of images by falling score, and the scores of all in the order of the images."""
    scores = scorer(images).double().numpy()
    return np.argsort(-scores, kind="stable"), scores


def report(
    data: LabelledImages, detector: Detector, *, seed: int, repeats: int, top: int, clusters: int
) -> Iterator[str]:
    """Yield what is found, line by line."""
    images, labels = to_floats(data.images) if data.images.dtype == torch.uint8 else data.images, data.labels.tolist()
    for repeat in range(repeats):
        scorer = detector.fit(images, seed=seed)
        order, scores = ranked(scorer, images)
        yield f"repetition {repeat + 1}, seed {seed}: the oddest of {len(images)} is {_named(order[:1], labels)}"
    total = scores * images[0].numel()
    yield f"the {top} oddest, by the sum of squared errors:"
    yield from (f"  {_named([place], labels)}: {total[place]:.2f}" for place in order[:top])
    if not isinstance(scorer, Encoding):
        raise UsageError(f"detector {detector.name!r}: got a scorer without a latent space; expected an autoencoder's.")
    with torch.no_grad():
        found = Clusters.find(scorer.encode(images).double().numpy(), clusters, seed=seed)
    yield f"the smallest of {clusters} clusters of the innermost layer:"
    yield from (f"  {len(members)} members: {_named(members[:top], labels)}" for members in found.smallest(3))
    yield "the farthest from their clusters' centroids:"
    yield from (f"  {_named([place], labels)}: {found.distance[place]:.2f}" for place in found.farthest(top))


def _named(places: Sequence[int] | NDArray[np.int64], labels: Sequence[int]) -> str:
    return ", ".join(f"index {place} (a {labels[place]})" for place in places)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The oddest of the images that an autoencoder was trained on.")
    parser.add_argument("--data", default="mnist-1000", help="data set, or a path to one's own images")
    parser.add_argument("--detector", default="pixel-ae", help="an autoencoder")
    parser.add_argument("--epochs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repeats", type=int, default=3, help="how often the seed is used")
    parser.add_argument("--top", type=int, default=5)
    parser.add_argument("--clusters", type=int, default=20)
    parser.add_argument("--text", type=Path, help="write the images there in the text form, `label ** p0 p1 …`")
    return parser.parse_args()


def main() -> None:
    """Print what is found."""
    os.environ.setdefault("BENCHKIT_OFFLINE", "1")
    given, registry = _arguments(), load_registry()
    known = registry.datasets.get(given.data)
    data = (known.item if known else open_dataset(given.data)).load().train
    if given.text:
        write_text(given.text, data)
    detector = replace(registry.detectors[given.detector].item, epochs=given.epochs)  # type: ignore[call-arg]
    options = {name: getattr(given, name) for name in ("seed", "repeats", "top", "clusters")}
    for line in report(data, detector, **options):
        print(line)


if __name__ == "__main__":
    main()
