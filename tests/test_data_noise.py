"""Noise on images."""

from __future__ import annotations

import torch

from benchkit.data import with_noise


def source(seed: int = 0) -> torch.Generator:
    """Return a source of randomness."""
    return torch.Generator().manual_seed(seed)


def test_noise_has_the_deviation_that_was_asked_for() -> None:
    """In the middle of the range nothing is clipped: mean and deviation are those of the normal distribution."""
    grey = torch.full((200, 1, 28, 28), 0.5)
    added = with_noise(grey, sigma=0.05, speck_rate=0.0, source=source()) - grey
    assert abs(float(added.mean())) < 1e-3
    assert abs(float(added.std()) - 0.05) < 1e-3
    assert bool((grey == 0.5).all())


def test_specks_are_white_and_as_many_as_asked_for() -> None:
    """Without other noise every pixel is what it was, or white."""
    black = torch.zeros(200, 1, 28, 28)
    specked = with_noise(black, sigma=0.0, speck_rate=0.02, source=source())
    assert set(specked.unique().tolist()) == {0.0, 1.0}
    assert abs(float(specked.mean()) - 0.02) < 2e-3


def test_the_result_stays_in_range_and_is_that_of_its_source() -> None:
    """Strong noise is clipped; one source gives one result, another another."""
    images = torch.rand(20, 1, 8, 8, generator=source(5))
    first, again, other = (with_noise(images, sigma=0.9, speck_rate=0.1, source=source(seed)) for seed in (1, 1, 2))
    assert float(first.min()) == 0.0
    assert float(first.max()) == 1.0
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
