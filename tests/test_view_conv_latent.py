"""The bottleneck of the convolutional autoencoder as a view."""

from __future__ import annotations

from dataclasses import fields

import pytest
import torch
from benchkit_conv_autoencoder import ConvLatent, StridedAutoencoder, benchkit_views
from training_helpers import blobs

from benchkit import Unsupported
from benchkit.contract import View

IMAGES = blobs(40)
QUICK = ConvLatent(max_images=100)


def test_it_is_offered_with_the_settings_of_the_detector() -> None:
    """`conv-latent` has every setting of `conv-ae`, at the same value."""
    (view,) = benchkit_views()
    detector = StridedAutoencoder(name="conv-ae")
    names = {field.name for field in fields(view)} - {"name"}
    assert view.name == "conv-latent"
    assert names == {field.name for field in fields(detector)} - {"name", "view"}
    assert all(getattr(view, name) == getattr(detector, name) for name in names)


def test_it_sees_what_the_autoencoder_of_the_same_seed_encodes() -> None:
    """Two numbers an image, bit for bit those of the detector's own bottleneck."""
    look = QUICK.fit(IMAGES, seed=3)["conv-latent"]
    scorer = StridedAutoencoder(name="conv-ae", max_images=100).fit(IMAGES.images, seed=3)
    with torch.no_grad():
        expected = scorer.encode(IMAGES.images)
    assert expected.shape == (40, 2)
    assert torch.equal(look(IMAGES.images), expected)
    assert look(IMAGES.images[:0]).shape == (0, 2)


def test_as_many_numbers_as_asked_for() -> None:
    """`latent` is the width of the rows."""
    look = ConvLatent(latent=5, max_images=64).fit(IMAGES, seed=0)["conv-latent"]
    assert look(IMAGES.images[:3]).shape == (3, 5)


def test_many_seeds_are_trained_together_only_where_that_pays() -> None:
    """The view stacks where the detector does; together or alone it sees the same."""
    assert type(QUICK).fit_many is not View.fit_many
    assert [QUICK.stacks_on(torch.device(kind)) for kind in ("cuda", "cpu")] == [True, False]
    both = QUICK.fit_many([IMAGES, IMAGES], seeds=[0, 1])
    for seed, looks in enumerate(both):
        alone = QUICK.fit(IMAGES, seed=seed)["conv-latent"](IMAGES.images)
        torch.testing.assert_close(looks["conv-latent"](IMAGES.images), alone)


def test_images_that_are_too_small_are_unsupported() -> None:
    """The reason says which size is needed."""
    small = blobs(12)
    with pytest.raises(Unsupported, match="at least 8×8 pixels"):
        QUICK.fit(type(small)(small.images[..., :7, :7], small.labels), seed=0)
