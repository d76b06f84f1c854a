"""Dense autoencoders."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from benchkit_autoencoder import Autoencoder, benchkit_detectors
from benchkit_autoencoder.scaling import FLOOR, Scaling
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler
from training_helpers import blobs, noise

from benchkit import UsageError

BY_NAME = {detector.name: detector for detector in benchkit_detectors()}
QUICK = replace(BY_NAME["pixel-ae"], max_images=300)


@pytest.mark.parametrize(
    ("name", "features", "parameters", "layers"),
    [
        ("pixel-ae", 784, 167_834, "Linear Tanh Linear Tanh Linear Tanh Linear Tanh"),
        ("pixel-ae-shallow", 784, 79_234, "Linear Tanh Linear Sigmoid"),
        ("model-state-ae-layer1", 32, 1_352, "Linear Tanh Linear Tanh Linear Tanh Linear"),
    ],
)
def test_architectures_are_the_published_ones(name: str, features: int, parameters: int, layers: str) -> None:
    """784-100-50-100-784 and 784-50-784 have the layers and as many parameters as published."""
    network = BY_NAME[name].build(features, seed=0)
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters
    assert " ".join(type(layer).__name__ for layer in network) == layers


def test_training_settings_are_the_published_ones() -> None:
    """Batches of 40; batches of 64, five epochs, drawn with replacement."""
    deep, shallow = BY_NAME["pixel-ae"], BY_NAME["pixel-ae-shallow"]
    assert (deep.batch_size, deep.optimiser, deep.replacement, deep.max_images) == (40, "adam", False, 400_000)
    assert (shallow.batch_size, shallow.epochs, shallow.optimiser, shallow.replacement) == (64, 5, "adam", True)


def test_the_score_is_the_mean_squared_reconstruction_error() -> None:
    """A score is the mean over the features of the squared difference of input and reconstruction."""
    images = blobs(30).images
    scorer = QUICK.fit(images, seed=0)
    with torch.no_grad():
        rebuilt = scorer.network(images.flatten(1)).reshape(images.shape)
    torch.testing.assert_close(scorer(images), (rebuilt - images).square().mean((1, 2, 3)))


def test_more_training_reconstructs_better() -> None:
    """The error of normal inputs falls with the training budget."""
    images = blobs(100).images
    errors = [replace(QUICK, epochs=500, max_images=seen).fit(images, seed=0)(images).mean() for seen in (40, 4000)]
    assert errors[1] < 0.5 * errors[0]


def test_standardised_scores_do_not_depend_on_the_features_units() -> None:
    """Where inputs are standardised, measuring a feature in other units changes no score."""
    detector = replace(BY_NAME["model-state-ae-layer1"], min_images=0, max_images=500)
    inputs = noise(50, 8) + 0.5
    # Powers of two, so that rounding is the same.
    units = torch.tensor([1.0, 2.0, 1.0, 2.0, 0.5, 1.0, 1.0, 0.5])
    scores = detector.fit(inputs, seed=0)(inputs)
    torch.testing.assert_close(detector.fit(inputs * units, seed=0)(inputs * units), scores, rtol=1e-3, atol=1e-4)


@given(n=st.integers(2, 40), seed=st.integers(0, 9))
def test_scaling_is_the_standard_one(n: int, seed: int) -> None:
    """Where no deviation is near zero, scaled features equal scikit-learn's."""
    vectors = noise(n, 5, seed=seed)
    vectors[0] += 1
    deviations = vectors.std(0, correction=0)
    assume(deviations.min() > 2 * FLOOR * deviations.max())
    expected = torch.from_numpy(StandardScaler().fit_transform(vectors.double().numpy()))
    torch.testing.assert_close(Scaling.fit(vectors)(vectors).double(), expected, rtol=1e-4, atol=1e-4)


def test_a_feature_that_never_varies_is_divided_by_the_floor() -> None:
    """A constant feature is measured in the documented share of the typical deviation, not in nothing."""
    vectors = torch.stack([torch.tensor([0.0, 2.0] * 5), torch.full((10,), 3.0)], 1)
    typical = 0.5**0.5
    unusual = Scaling.fit(vectors)(torch.tensor([[1.0, 4.0]]))
    torch.testing.assert_close(unusual, torch.tensor([[0.0, 1 / (FLOOR * typical)]]))


def test_wrong_settings_are_refused() -> None:
    """An activation that does not exist is a wrong request."""
    with pytest.raises(UsageError, match="swish"):
        Autoencoder(name="mine", activation="swish").fit(blobs(5).images, seed=0)


def test_no_epoch_scores_by_the_first_weights() -> None:
    """Without training a detector is its network as it was built, and has no learning curve."""
    images = blobs(12).images
    detector = replace(BY_NAME["pixel-ae-shallow"], epochs=0)
    scorer = detector.fit(images, seed=3)
    vectors = images.flatten(1)
    with torch.no_grad():
        errors = (detector.build(vectors.shape[1], seed=3)(vectors) - vectors).square().mean(1)
    torch.testing.assert_close(scorer(images), errors)
    assert list(scorer.losses) == []
