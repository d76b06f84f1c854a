"""Labelled images that the kit draws itself: it needs no data set, and is the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import torch
from torch import Tensor

from benchkit.contract import LabelledImages, Splits
from benchkit.data import to_floats, to_levels

SIDE = 28
"""Pixels a side."""

TRAIN, TEST = 320, 160
"""How many images there are of each split: enough for a small network to learn the classes."""

CLASSES = 4
"""Rings, crosses, filled squares and pairs of bars."""

_SOFT = 0.7  # pixels over which an edge fades


@lru_cache(maxsize=1)
def images() -> Splits:
    """Return the kit's images: float32, N×1×28×28 in whole grey levels on a black ground, classes mixed.

    The same tensors at each call: nobody may write into them.
    """
    return Splits(drawn(TRAIN, seed=0), drawn(TEST, seed=1))


def drawn(n: int, *, seed: int) -> LabelledImages:
    """Draw n images, a quarter of each class, that differ in place, size, slant, stroke and brightness."""
    source = torch.Generator().manual_seed(seed)
    labels = (torch.arange(n) % CLASSES)[torch.randperm(n, generator=source)]
    place = 4.0 * torch.rand(2, n, 1, 1, generator=source) - 2.0
    size, turn, stroke, light = torch.rand(4, n, 1, 1, generator=source)
    across, down = _turned(place, 0.5 * turn - 0.25)
    reach, half = 7.0 + 2.5 * size, 1.2 + 0.8 * stroke
    outside = torch.stack([shape(across, down, reach, half) for shape in _SHAPES])[labels, torch.arange(n)]
    grey = (0.75 + 0.25 * light) * torch.sigmoid(-outside / _SOFT)
    return LabelledImages(rounded(grey.unsqueeze(1)), labels)


def rounded(values: Tensor) -> Tensor:
    """Return images in whole grey levels, as a run has them."""
    return to_floats(to_levels(values.clamp(0.0, 1.0)))


def _turned(place: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    """Return the co-ordinates of each pixel, N×H×W, from a shape's middle and along its axes."""
    line = torch.arange(SIDE) - (SIDE - 1) / 2
    across, down = line.view(1, 1, SIDE) - place[0], line.view(1, SIDE, 1) - place[1]
    return across * angle.cos() + down * angle.sin(), down * angle.cos() - across * angle.sin()


# How far a pixel is outside a shape, in pixels; negative inside. Of N shapes: their size and half their stroke.
def _ring(across: Tensor, down: Tensor, reach: Tensor, half: Tensor) -> Tensor:
    return (torch.hypot(across, down) - reach).abs() - half


def _cross(across: Tensor, down: Tensor, reach: Tensor, half: Tensor) -> Tensor:
    strokes = torch.minimum((across - down).abs(), (across + down).abs()) / 2**0.5
    return torch.maximum(strokes - half, torch.maximum(across.abs(), down.abs()) - reach)


def _square(across: Tensor, down: Tensor, reach: Tensor, half: Tensor) -> Tensor:
    return torch.maximum(across.abs(), down.abs()) - 0.7 * reach


def _bars(across: Tensor, down: Tensor, reach: Tensor, half: Tensor) -> Tensor:
    return torch.maximum((down.abs() - 0.7 * reach).abs() - half, across.abs() - reach)


_SHAPES = (_ring, _cross, _square, _bars)


def far_off(seen: LabelledImages, *, seed: int) -> Mapping[str, Tensor]:
    """Return images that no detector should take for normal, by their kind: each N×1×H×W in whole grey levels.

    No kind is far off for every honest detector: the brighter an image, the surer some classifiers are of it, and an
    autoencoder may restore a blank one. All together are.

    Args:
        seen: N normal images, H and W multiples of 4.
        seed: of what is drawn.
    """
    return {kind: rounded(make(seen.images, torch.Generator().manual_seed(seed))) for kind, make in _FAR_OFF.items()}


def _negatives(images: Tensor, source: torch.Generator) -> Tensor:
    return 1.0 - images


def _off_centre(images: Tensor, source: torch.Generator) -> Tensor:
    """Each image moved by a third of its side; what leaves it comes in again on the other side."""
    return torch.roll(images, (images.shape[2] // 3, images.shape[3] // 3), (2, 3))


def _sideways(images: Tensor, source: torch.Generator) -> Tensor:
    return torch.roll(images, images.shape[3] // 3, 3)


def _tiles(images: Tensor, source: torch.Generator) -> Tensor:
    """Each image cut into four by four tiles, in an order of its own."""
    n, _, height, width = images.shape
    tiles = images.view(n, 4, height // 4, 4, width // 4).transpose(2, 3).flatten(1, 2)
    order = torch.rand(n, 16, generator=source).argsort(1)
    mixed = tiles.gather(1, order[:, :, None, None].expand_as(tiles))
    return mixed.view(n, 4, 4, height // 4, width // 4).transpose(2, 3).reshape(images.shape)


def _faint(images: Tensor, source: torch.Generator) -> Tensor:
    return 0.3 * images


def _blank(images: Tensor, source: torch.Generator) -> Tensor:
    return torch.zeros_like(images)


_FAR_OFF: Mapping[str, Callable[[Tensor, torch.Generator], Tensor]] = {
    "negatives": _negatives,
    "off centre": _off_centre,
    "sideways": _sideways,
    "tiles in another order": _tiles,
    "faint": _faint,
    "blank": _blank,
}
