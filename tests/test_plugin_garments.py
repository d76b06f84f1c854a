"""Drawn garments as a data set and as anomalies."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from benchkit_garments import GarmentAnomalies, Garments, benchkit_anomaly_generators, benchkit_datasets
from benchkit_garments.drawing import draw_garments
from benchkit_garments.silhouettes import SILHOUETTES
from data_helpers import labelled
from sklearn.neighbors import KNeighborsClassifier

from benchkit import Splits, Unsupported, UsageError
from benchkit.data import checksum, to_bytes


@pytest.fixture(scope="module")
def splits() -> Splits:
    """Draw the data set once."""
    return Garments().load()


def test_the_data_set_and_the_anomalies_are_offered() -> None:
    """The hooks offer `garments` twice: as a data set without files and as anomalies that alter no image."""
    (dataset,), (anomalies,) = benchkit_datasets(), benchkit_anomaly_generators()
    assert dataset.name == anomalies.name == "garments"
    assert dataset.files() == ()
    assert not anomalies.alters_test


def test_every_class_is_drawn_equally_often_and_no_picture_twice(splits: Splits) -> None:
    """2,000 and 1,000 different pictures of ten classes, none in both splits."""
    assert splits.train.labels.bincount().tolist() == [200] * 10
    assert splits.test.labels.bincount().tolist() == [100] * 10
    everything = to_bytes(torch.cat([splits.train.images, splits.test.images]))
    assert len({picture.tobytes() for picture in everything}) == 3000


def test_two_drawings_are_the_same_and_leave_the_random_state_alone(splits: Splits) -> None:
    """The pictures depend on nothing but the code."""
    state = np.random.get_state()[1].copy()
    assert checksum(Garments().load()) == checksum(splits)
    np.testing.assert_array_equal(np.random.get_state()[1], state)


@pytest.mark.parametrize("label", range(10), ids=[silhouette.__name__ for silhouette in SILHOUETTES])
def test_a_garment_stands_free_on_a_black_ground(label: int) -> None:
    """The corners are background, between a tenth and three quarters of the field is cloth, brightness varies."""
    pictures, labels = draw_garments(400, seed=5)
    chosen = pictures[labels == label]
    assert chosen[:, [0, 0, -1, -1], [0, -1, 0, -1]].max() == 0
    covered = (chosen > 20).mean(axis=(1, 2))
    assert covered.min() > 0.1
    assert covered.max() < 0.75
    brightest = np.percentile(chosen, 99, axis=(1, 2))
    assert brightest.max() - brightest.min() > 50


def test_the_classes_can_be_told_apart(splits: Splits) -> None:
    """A nearest-neighbour classifier recognises nine in ten: the labels fit the pictures."""
    train, test = (part.images.flatten(1).numpy() > 25 for part in (splits.train, splits.test))
    neighbours = KNeighborsClassifier(5).fit(train, splits.train.labels.numpy())
    assert neighbours.score(test, splits.test.labels.numpy()) > 0.9


def test_as_anomalies_they_have_the_size_of_the_normal_images(splits: Splits) -> None:
    """Garments beside digits: as many as there are test images, of their size, the same for the same seed."""
    drawn = GarmentAnomalies().generate(labelled(30, side=14), seed=0)
    assert drawn.shape == (30, 1, 14, 14)
    assert torch.equal(drawn, GarmentAnomalies().generate(labelled(30, side=14), seed=0))
    known = {picture.tobytes() for picture in to_bytes(splits.test.images)}
    assert {
        picture.tobytes() for picture in to_bytes(GarmentAnomalies().generate(labelled(9, side=28), seed=1))
    } < known


def test_beside_garments_there_are_none(splits: Splits) -> None:
    """Garments are no anomalies among garments: the cell is skipped."""
    with pytest.raises(Unsupported, match="normal images themselves"):
        GarmentAnomalies().generate(splits.test, seed=0)


def test_more_pictures_can_be_asked_for() -> None:
    """The numbers of pictures are settings; none at all is refused when it is set."""
    with pytest.raises(UsageError, match="'garments': got test_images=0; expected 1 or more"):
        Garments(test_images=0)
    assert len(Garments(train_images=20, test_images=10).load().train) == 20
