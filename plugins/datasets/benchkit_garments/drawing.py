"""From a silhouette to a 28×28 picture: placed, shaded, woven, and brought down to 8 bits."""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from benchkit_garments.silhouettes import SILHOUETTES, Part, Points, Silhouette

SIDE = 28
_FINER = 6  # drawn this much larger, then averaged down: soft edges


def draw_garments(count: int, *, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return ``count`` pictures (N×28×28, 0 = background) and their labels (N), the ten classes in turn.

    The same ``count`` and ``seed`` give the same pictures.
    """
    random = np.random.default_rng(seed)
    labels = np.arange(count) % len(SILHOUETTES)
    pictures = [_draw(SILHOUETTES[label](random), random) for label in labels]
    return np.array(pictures, dtype=np.uint8).reshape(-1, SIDE, SIDE), labels


def _draw(silhouette: Silhouette, random: Generator) -> NDArray[np.uint8]:
    canvas = Image.new("L", (SIDE * _FINER, SIDE * _FINER), 0)
    pen = ImageDraw.Draw(canvas)
    for part in _placed(silhouette, random):
        pen.polygon([(x * _FINER, y * _FINER) for x, y in part.points], fill=round(255 * part.shade))
    shaded = np.asarray(canvas.reduce(_FINER), dtype=np.float64)
    return np.clip(np.rint(shaded * _weave(random)), 0, 255).astype(np.uint8)


def _placed(silhouette: Silhouette, random: Generator) -> Silhouette:
    """Return the silhouette a little moved, turned and stretched about the middle of the field."""
    angle = math.radians(random.normal(0, 2))
    wide, high = random.uniform(0.88, 1.04), random.uniform(0.9, 1.02)
    right, down = random.uniform(-0.8, 0.8), random.uniform(-0.6, 0.6)

    def place(points: Points) -> Points:
        middle = SIDE / 2
        stretched = [((x - middle) * wide, (y - middle) * high) for x, y in points]
        return [
            (
                middle + right + x * math.cos(angle) - y * math.sin(angle),
                middle + down + x * math.sin(angle) + y * math.cos(angle),
            )
            for x, y in stretched
        ]

    return [Part(place(points), shade) for points, shade in silhouette]


def _weave(random: Generator) -> NDArray[np.float64]:
    """Return the brightness of the cloth at each pixel (28×28): plain, striped across, striped along or chequered."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    period, depth = random.uniform(2.5, 6), random.uniform(0.1, 0.35)
    across = np.sin(2 * np.pi * rows / period)
    along = np.sin(2 * np.pi * columns / period)
    pattern = (np.zeros_like(across), across, along, across * along)[random.choice(4, p=[0.55, 0.2, 0.15, 0.1])]
    grain = random.normal(0, 0.04, size=pattern.shape)
    cloth: NDArray[np.float64] = random.uniform(0.5, 1) * (1 - depth * (0.5 + 0.5 * pattern) + grain)
    return cloth
