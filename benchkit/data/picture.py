"""One picture file, PNG or JPEG, as grey levels of its own size, with a record of what was done to it.

A file is a stranger's: how many pixels it holds is looked at before they are unpacked.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from benchkit.data.faults import fault
from benchkit.data.grey import to_grey
from benchkit.errors import DataError

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")
MOST_PIXELS = 4096 * 4096
"""That are unpacked of one picture."""

_MOST_IN_FILE = 2**27
"""Pixels of a JPEG file, which can be unpacked at a half, a quarter or an eighth of its size."""

_MOST_OF_PROGRESSIVE = MOST_PIXELS  # whose coefficients lie in memory as a whole, at whatever size it is unpacked
_DRAFT = (2048, 2048)  # not smaller than that: far more than any data set's images
_MIDDLE = 128
_MEND = "Save it again as a PNG or JPEG file, or leave it out."
_SMALLER = "Reduce it, best to about 1,000 pixels a side, or leave it out."


@dataclass(frozen=True)
class Picture:
    """A picture in grey.

    Attributes:
        levels: uint8, height × width; 0 is black.
        steps: what was done to it so far, a clause each, such as ``colours to grey (ITU-R 601 luma)``.
    """

    levels: NDArray[np.uint8]
    steps: tuple[str, ...] = ()


def read_picture(path: Path) -> Picture:
    """Read a PNG or JPEG file: turned as its EXIF data say, in grey, the first frame of several.

    Transparent parts are shown white where what can be seen is dark, else black.

    Raises:
        DataError: not readable, no picture of these kinds, or too many pixels to be unpacked.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of too many pixels, which are counted here, and of odd metadata
            with Image.open(path, formats=("PNG", "JPEG")) as image:
                return _read(image, path)
    except DataError:
        raise
    except Image.DecompressionBombError as error:
        raise fault(
            path, got=str(error).rstrip("."), expected=f"at most {_MOST_IN_FILE:,} pixels", next_step=_SMALLER
        ) from error
    except Exception as error:  # a broken picture makes Pillow raise a dozen kinds
        raise fault(
            path, got=f"an unreadable picture ({error})", expected="a whole PNG or JPEG file", next_step=_MEND
        ) from error


def _read(image: Image.Image, path: Path) -> Picture:
    steps = _reduced(image, path)
    if (frames := getattr(image, "n_frames", 1)) > 1:
        steps.append(f"the first of {frames} frames")
    turned, more = _upright(image)
    ground, others = _ground(turned)
    return Picture(to_grey(turned, ground=ground), tuple(steps + more + _colours(turned) + others))


def _reduced(image: Image.Image, path: Path) -> list[str]:
    """Have a large JPEG unpacked at a part of its size; refuse what would not fit even so."""
    width, height = image.size
    most = _MOST_OF_PROGRESSIVE if image.format != "JPEG" or "progressive" in image.info else _MOST_IN_FILE
    if width * height > MOST_PIXELS and width * height <= most:
        image.draft(None, _DRAFT)  # None: the mode stays
    if image.width * image.height > MOST_PIXELS:
        found = f"{height:,} × {width:,} pixels (height × width)"
        raise fault(path, got=found, expected=f"at most {MOST_PIXELS:,} in all", next_step=_SMALLER)
    return [] if image.size == (width, height) else [f"unpacked at {image.height} × {image.width} pixels"]


def _upright(image: Image.Image) -> tuple[Image.Image, list[str]]:
    image.load()
    try:
        turned = ImageOps.exif_transpose(image)
    except Exception:  # EXIF data are a format of their own, and broken in their own ways
        return image, ["not turned, because its EXIF data cannot be read"]
    orientation = image.getexif().get(0x0112, 1)
    return turned, ["turned as its EXIF data say"] if orientation in range(2, 9) else []


def _colours(image: Image.Image) -> list[str]:
    if image.mode.startswith("I"):
        return ["16 bits to 8"]
    if image.mode == "1":
        return ["1 bit to black and white"]
    if image.mode in ("L", "LA", "La"):
        return []
    return ["colours to grey (ITU-R 601 luma)"]


def _ground(image: Image.Image) -> tuple[int, list[str]]:
    """Return the grey level behind transparent parts: that from which what can be seen stands out."""
    if not image.has_transparency_data or image.mode.startswith("I"):
        return 0, []
    grey, alpha = (np.asarray(band, dtype=np.float32) for band in image.convert("RGBA").convert("LA").split())
    if alpha.min() == 255:
        return 0, []
    seen = float((grey * alpha).sum() / alpha.sum()) if alpha.any() else 0.0
    return (255, ["transparent parts white"]) if seen < _MIDDLE else (0, ["transparent parts black"])
