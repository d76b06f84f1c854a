"""Noisy images for a classifier to train on beside the normal ones, as in the original experiment."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from benchkit import LabelledImages, source_of
from benchkit.data import to_floats, to_levels, with_noise

Level = tuple[float, float]
"""Standard deviation of the noise, and share of white pixels."""


def exposed(normal: LabelledImages, levels: Sequence[Level], *, name: str, seed: int) -> LabelledImages:
    """Return the normal images followed by a noisy copy of each, of the same label; the levels are taken in turn.

    Args:
        normal: N×C×H×W float32 in [0, 1]; left as they are.
        levels: of noise, at least one.
        name: whose source of randomness it is.
        seed: of that source.
    """
    source, noisy = source_of(name, seed), normal.images.clone()
    for place, (sigma, speck_rate) in enumerate(levels):
        own = slice(place, None, len(levels))
        noisy[own] = with_noise(normal.images[own], sigma=sigma, speck_rate=speck_rate, source=source)
    # Whole grey levels, as all images are: a classifier must not learn to tell floats.
    noisy = to_floats(to_levels(noisy))
    return LabelledImages(torch.cat([normal.images, noisy]), normal.labels.repeat(2))
