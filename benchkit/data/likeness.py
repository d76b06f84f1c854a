"""Making a picture of any size and polarity one like those of a data set, and saying how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchkit.data.images import resize, to_floats, to_levels
from benchkit.data.picture import Picture
from benchkit.errors import DataError

Ground = Literal["dark", "bright", "neither"]
Polarity = Literal["auto", "keep", "invert"]
POLARITIES: tuple[Polarity, ...] = ("auto", "keep", "invert")

_DARK, _BRIGHT, _MIDDLE = 64, 192, 128
_MOST_OF_BORDER = 0.75
_MOST_ENLARGED = 4
_BORDER_PART = 20


def ground_of(images: Tensor) -> Ground:
    """Return what a data set's images have at their borders.

    ``dark`` where three quarters of the border pixels are below 64, ``bright`` where they are 192 or more.

    Args:
        images: uint8 grey levels, N×1×H×W, N at least 1.
    """
    border = border_levels(images[:, 0].cpu().numpy())
    if np.mean(border < _DARK) >= _MOST_OF_BORDER:
        return "dark"
    return "bright" if np.mean(border >= _BRIGHT) >= _MOST_OF_BORDER else "neither"


def border_levels(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the pixels at the border of images, …×H×W, a twentieth of the shorter side wide: N×B, N the images."""
    height, width = levels.shape[-2:]
    depth = max(1, min(height, width) // _BORDER_PART)
    inside = np.zeros((height, width), dtype=bool)
    inside[depth : height - depth, depth : width - depth] = True
    return levels[..., ~inside]


@dataclass(frozen=True)
class Likeness:
    """What a picture has to become.

    Attributes:
        height: of the data set's images, in pixels.
        width: of the data set's images, in pixels.
        ground: of the data set's images.
        polarity: ``auto`` inverts what has a bright ground where the data set's is dark, and the other way round;
            ``keep`` inverts nothing, ``invert`` everything.
    """

    height: int
    width: int
    ground: Ground
    polarity: Polarity = "auto"

    def inverts(self, levels: NDArray[np.uint8]) -> bool:
        """Return whether pictures, …×H×W, that belong together are to be inverted."""
        if self.polarity != "auto" or self.ground == "neither":
            return self.polarity == "invert"
        bright = bool(np.median(border_levels(levels)) >= _MIDDLE)
        return bright != (self.ground == "bright")

    def of(self, picture: Picture, *, inverts: bool | None = None) -> Picture:
        """Return the picture at the data set's size and of its polarity.

        Its proportions stay: where they are others than the data set's, its own ground fills the rest.

        Args:
            picture: of any size.
            inverts: what ``inverts`` said of all pictures that it came with; None asks for this one.

        Raises:
            DataError: it has less than a quarter of the data set's height or width.
        """
        levels, steps = self._sized(picture.levels)
        if self.inverts(picture.levels) if inverts is None else inverts:
            return Picture(255 - levels, (*picture.steps, *steps, self._why_inverted()))
        return Picture(levels, (*picture.steps, *steps))

    def _why_inverted(self) -> str:
        if self.polarity == "invert":
            return "inverted as asked"
        return f"inverted, because its ground is {'bright' if self.ground == 'dark' else 'dark'}"

    def _sized(self, levels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[str]]:
        height, width = levels.shape
        if (height, width) == (self.height, self.width):
            return levels, []
        if height * _MOST_ENLARGED < self.height or width * _MOST_ENLARGED < self.width:
            raise DataError(
                f"got {height} × {width} pixels (height × width); expected at least "
                f"{-(-self.height // _MOST_ENLARGED)} × {-(-self.width // _MOST_ENLARGED)}, a quarter of the data "
                f"set's {self.height} × {self.width}. Give a larger picture, or leave it out."
            )
        scale = min(self.height / height, self.width / width)
        rows, columns = (max(1, round(side * scale)) for side in (height, width))
        small = _resized(levels, rows, columns)
        step = f"{height} × {width} pixels (height × width) resized to {rows} × {columns}, bilinear with anti-aliasing"
        if (rows, columns) == (self.height, self.width):
            return small, [step]
        return self._amid(small, levels), [f"{step}, amid {self.height} × {self.width} of its own ground"]

    def _amid(self, small: NDArray[np.uint8], levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        filled = np.full((self.height, self.width), round(float(np.median(border_levels(levels)))), dtype=np.uint8)
        top, left = (self.height - small.shape[0]) // 2, (self.width - small.shape[1]) // 2
        filled[top : top + small.shape[0], left : left + small.shape[1]] = small
        return filled


def _resized(levels: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    image = to_floats(torch.tensor(levels))[None, None]
    resized: NDArray[np.uint8] = to_levels(resize(image, height, width))[0, 0].numpy()
    return resized
