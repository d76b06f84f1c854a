"""The kit's images at other sizes."""

from __future__ import annotations

from functools import lru_cache

from benchkit.contract import LabelledImages, Splits
from benchkit.data import resize
from benchkit.testing import material

SIZES = ((8, 8), (32, 32), (20, 12))
"""Heights and widths, beside the kit's own: smaller, larger, and not square."""


@lru_cache(maxsize=len(SIZES))
def sized(height: int, width: int) -> Splits:
    """Return the kit's images at another size: float32 in whole grey levels; nobody may write into them."""
    splits = material.images()
    return Splits(_resized(splits.train, height, width), _resized(splits.test, height, width))


def _resized(part: LabelledImages, height: int, width: int) -> LabelledImages:
    return LabelledImages(material.rounded(resize(part.images, height, width)), part.labels)
