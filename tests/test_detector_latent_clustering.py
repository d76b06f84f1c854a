"""Clustering of the latent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from benchkit_latent_clustering import Clustering
from sklearn.cluster import KMeans
from training_helpers import noise

from benchkit import UsageError

DETECTOR = Clustering(name="latent-clustering", view="latent", clusters=3)
PLACES = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 50.0]])


def clusters(*sizes: int) -> torch.Tensor:
    """Return tight clusters of these sizes at three places."""
    centres = torch.cat([place.expand(size, 2) for place, size in zip(PLACES, sizes, strict=True)])
    return centres + 0.1 * noise(sum(sizes), 2)


def test_scores_are_distances_to_the_nearest_centroid() -> None:
    """Where no cluster is small, scores equal those of scikit-learn's own distances."""
    normal = clusters(40, 40, 40)
    fitted = KMeans(3, n_init=1, random_state=7).fit(normal.numpy())
    inputs = noise(20, 2) * 30
    expected = fitted.transform(inputs.numpy()).min(1)
    np.testing.assert_allclose(DETECTOR.fit(normal, seed=7)(inputs).numpy(), expected, rtol=1e-4)


def test_members_of_a_very_small_cluster_are_anomalous() -> None:
    """A cluster of two among 122 loses its centroid: its members are measured from the large ones."""
    normal = clusters(60, 60, 2)
    scores = DETECTOR.fit(normal, seed=0)(normal)
    assert scores[:120].max() < 1
    assert scores[120:].min() > 45
    kept = replace(DETECTOR, min_share=0.0).fit(normal, seed=0)(normal)
    assert kept.max() < 1


def test_the_largest_clusters_always_stay() -> None:
    """At the strictest share the clusters of at least average size still give finite scores."""
    normal = clusters(60, 30, 5)
    assert replace(DETECTOR, min_share=1.0).fit(normal, seed=0)(normal).isfinite().all()


def test_fewer_distinct_inputs_than_clusters() -> None:
    """Two distinct inputs, however often repeated, make two clusters without complaint."""
    normal = PLACES[:2].repeat(30, 1)
    scores = replace(DETECTOR, clusters=20).fit(normal, seed=0)(PLACES)
    torch.testing.assert_close(scores, torch.tensor([0.0, 0.0, 50.0]))


def test_clusters_that_come_late_are_found() -> None:
    """Inputs that begin with many copies of one still make as many clusters as there are distinct ones."""
    normal = torch.cat([PLACES[:1].repeat(100, 1), PLACES.repeat(5, 1)])
    scores = replace(DETECTOR, clusters=3, min_share=0.0).fit(normal, seed=0)(PLACES)
    torch.testing.assert_close(scores, torch.zeros(3))


@pytest.mark.parametrize("wrong", [{"clusters": 0}, {"restarts": 0}, {"min_share": 1.5}, {"min_share": -0.1}])
def test_wrong_settings_are_refused(wrong: dict[str, float]) -> None:
    """Numbers out of their range are a wrong request."""
    with pytest.raises(UsageError, match="counts of at least 1"):
        replace(DETECTOR, **wrong)
