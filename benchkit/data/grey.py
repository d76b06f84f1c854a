"""From a decoded picture of any mode to 8-bit grey levels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def to_grey(image: Image.Image, *, ground: int = 0) -> NDArray[np.uint8]:
    """Return a picture as grey levels, height × width.

    Colours become their luma (ITU-R 601), 16 bits are scaled to 8, one bit is black and white.

    Args:
        image: of any mode that Pillow reads from PNG and JPEG files.
        ground: grey level that shows through transparent parts, 0 to 255.
    """
    if image.mode.startswith("I"):  # 16 bits: Pillow would clip them, not scale them
        return (np.asarray(image).astype(np.uint32) // 257).astype(np.uint8)
    if image.has_transparency_data:
        visible = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", visible.size, (ground, ground, ground, 255)), visible)
    return np.asarray(image.convert("L"))
