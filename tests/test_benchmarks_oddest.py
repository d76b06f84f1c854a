"""The oddest of the images that a network was trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from benchkit_autoencoder import benchkit_detectors
from benchkit_neighbours import benchkit_detectors as neighbours
from oddest import Clusters, report
from training_helpers import blobs

from benchkit import LabelledImages, UsageError

PIXEL_AE = next(detector for detector in benchkit_detectors() if detector.name == "pixel-ae")


def test_clusters_are_those_of_the_points() -> None:
    """Of three heaps, one of two points: the smallest is found, and the point that lies aside is the farthest."""
    heaps = [np.zeros((9, 2)), np.full((6, 2), 10.0), np.full((2, 2), [0.0, 10.0])]
    points = np.concatenate(heaps)
    points[4] = (2.0, 0.0)
    found = Clusters.find(points, 3, seed=0)
    assert found.smallest(1)[0].tolist() == [15, 16]
    assert [len(members) for members in found.smallest(3)] == [2, 6, 9]
    assert found.farthest(1).tolist() == [4]
    assert found.distance[4] == pytest.approx(2.0 * 8 / 9)


def test_the_image_that_is_like_no_other_is_the_oddest() -> None:
    """It is named with its index and label at every repetition, and leads the list."""
    data = blobs(60)
    images = data.images.clone()
    images[17] = 1 - images[17]
    detector = replace(PIXEL_AE, epochs=40)
    lines = list(report(LabelledImages(images, data.labels), detector, seed=2, repeats=2, top=3, clusters=4))
    name = f"index 17 (a {int(data.labels[17])})"
    assert [line.endswith(f"is {name}") for line in lines[:2]] == [True, True]
    assert lines[3].startswith(f"  {name}: ")
    assert "the smallest of 4 clusters of the innermost layer:" in lines
    assert len(lines) == 2 + 1 + 3 + 1 + 3 + 1 + 3


def test_bytes_are_taken_as_what_they_stand_for() -> None:
    """Grey levels and floats give the same lines."""
    data = blobs(30)
    levels = (data.images * 255).round().to(torch.uint8)
    settings = {"seed": 0, "repeats": 1, "top": 2, "clusters": 3}
    detector = replace(PIXEL_AE, epochs=2)
    lines = [list(report(LabelledImages(each, data.labels), detector, **settings)) for each in (levels, levels / 255)]
    assert lines[0] == lines[1]


def test_a_detector_without_a_latent_space_is_refused() -> None:
    """The error says what is needed."""
    with pytest.raises(UsageError, match="expected an autoencoder's"):
        list(report(blobs(30), next(iter(neighbours())), seed=0, repeats=1, top=2, clusters=3))
