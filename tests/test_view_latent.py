"""View ``latent``."""

from __future__ import annotations

from dataclasses import replace

import torch
from benchkit_autoencoder import Autoencoder
from benchkit_latent import Latent
from training_helpers import blobs, random_state_untouched

NORMAL = blobs(60)
QUICK = replace(Latent(), max_images=200)


def codes(seed: int = 0) -> torch.Tensor:
    """Return the latent of the blobs."""
    return QUICK.fit(NORMAL, seed=seed)["latent"](NORMAL.images)


def test_the_latent_is_fifty_numbers_between_minus_one_and_one() -> None:
    """The bottleneck of 784-100-50-100-784 after its tanh."""
    assert codes().shape == (60, 50)
    assert 0.01 < codes().abs().max() <= 1
    assert QUICK.fit(NORMAL, seed=0)["latent"](NORMAL.images[:0]).shape == (0, 50)


def test_one_seed_one_latent() -> None:
    """The same seed gives the same codes bit for bit, another seed others, and no global state moves."""
    with random_state_untouched():
        first = codes()
    assert torch.equal(codes(), first)
    assert not torch.equal(codes(1), first)


def test_the_latent_is_that_of_the_pixel_autoencoder() -> None:
    """View and detector ``pixel-ae`` describe one network: with one budget they train the same weights."""
    detector = Autoencoder(name="pixel-ae", epochs=QUICK.epochs, max_images=QUICK.max_images)
    network = detector.fit(NORMAL.images, seed=0).network
    with torch.no_grad():
        assert torch.equal(network[:4](NORMAL.images.flatten(1)), codes())
