"""From arrays to images: N×1×H×W, uint8 grey levels or float32 in [0, 1]."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from benchkit.contract import LabelledImages
from benchkit.data.faults import fault
from benchkit.errors import DataError

HIGHEST = 255
"""The grey level that is 1.0 as a float."""


def to_images(array: NDArray[Any], *, where: object = "images") -> Tensor:
    """Return ``array`` as images: float32, N×1×H×W, in [0, 1].

    Args:
        array: N×H×W, N×1×H×W, N×H×W×1, or N×P with P a square number; whole numbers from 0 to 255 (divided by
            255) or floating-point numbers from 0 to 1 (kept).
        where: path or name, for messages.

    Raises:
        DataError: another shape, type or range, or no images at all.
    """
    images = _pixels(array, where)
    return to_floats(images) if images.dtype == torch.uint8 else images.clone()


def to_floats(levels: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Return uint8 grey levels as float32 in [0, 1]: level / 255, the same bits on every device.

    Args:
        levels: of any shape.
        out: float32 of that shape, to be written into.
    """
    floats = levels.float() if out is None else out.copy_(levels)
    # By a tensor: CUDA multiplies by the reciprocal of a plain number, which is another float for some levels.
    return floats.div_(torch.full((), float(HIGHEST), dtype=torch.float32, device=floats.device))


def make_labelled(images: NDArray[Any], labels: NDArray[Any], *, where: object = "images") -> LabelledImages:
    """Return images with their labels, both checked.

    Whole numbers stay what they are, uint8 grey levels; an array of bytes is not copied, so leave it as it is.

    Args:
        images: as for ``to_images``.
        labels: N whole numbers, none negative.
        where: path or name, for messages.

    Raises:
        DataError: the images are not as ``to_images`` takes them, or the labels do not fit them.
    """
    tensor = _pixels(images, where)
    labels = np.asarray(labels)
    good = labels.dtype.kind in "iu" and labels.shape == tensor.shape[:1]
    if not good or labels.min() < 0 or labels.max() > np.iinfo(np.int64).max:
        raise fault(
            where,
            got=f"labels of shape {labels.shape} and type {labels.dtype}"
            + (f" from {labels.min()} to {labels.max()}" if good else ""),
            expected=f"{len(tensor)} whole numbers, one an image, none negative",
            next_step="Number the classes from 0 and give every image one of these numbers.",
        )
    return LabelledImages(tensor, torch.from_numpy(labels.astype(np.int64)))


def resize(images: Tensor, height: int, width: int) -> Tensor:
    """Return images (N×1×H×W) at another size, bilinear, with anti-aliasing where they shrink: float32 in [0, 1].

    Images that have this size already are returned as they are, grey levels as well.
    """
    if images.shape[-2:] == (height, width):
        return images
    floats = to_floats(images) if images.dtype == torch.uint8 else images
    resized = functional.interpolate(floats, size=(height, width), mode="bilinear", antialias=True)
    return resized.clamp_(0, 1)


def to_bytes(images: Tensor) -> NDArray[np.uint8]:
    """Return images as the 8-bit pixels that they stand for, same shape, on the CPU; uint8 without a copy there."""
    levels = images if images.dtype == torch.uint8 else to_levels(images)
    pixels: NDArray[np.uint8] = levels.cpu().numpy()
    return pixels


def to_levels(images: Tensor) -> Tensor:
    """Return images in [0, 1] as the nearest uint8 grey levels, same shape, on their device."""
    return images.detach().mul(HIGHEST).round_().clamp_(0, HIGHEST).to(torch.uint8)


def _pixels(array: NDArray[Any], where: object) -> Tensor:
    """Return checked images, N×1×H×W: whole numbers as uint8, others as float32; without a copy where it can be."""
    stack = _to_stack(array, where)
    scale = _scale_of(stack, where)
    lowest, highest = stack.min(), stack.max()
    if not (lowest >= 0 and highest <= scale):  # written so that NaN is refused as well
        raise _out_of_range(stack, scale, where)
    kind = np.float32 if scale == 1 else np.uint8
    return torch.from_numpy(np.require(stack, kind, ["C", "W"])).unsqueeze(1)


def _to_stack(array: NDArray[Any], where: object) -> NDArray[Any]:
    array = np.asarray(array)
    stack = array
    if array.ndim == 2:
        side = math.isqrt(array.shape[1])
        stack = array.reshape(-1, side, side) if side and side * side == array.shape[1] else array
    elif array.ndim == 4:
        stack = array[:, 0] if array.shape[1] == 1 else array[..., 0] if array.shape[3] == 1 else array
    if stack.ndim != 3 or 0 in stack.shape:
        raise fault(
            where,
            got=f"images of shape {array.shape}",
            expected="N×H×W grey images, or N×P with P a square number such as 784, and at least one of them",
            next_step="Convert the images to one grey channel and one size.",
        )
    return stack


def _scale_of(stack: NDArray[Any], where: object) -> int:
    if stack.dtype.kind in "iu":
        return HIGHEST
    if stack.dtype.kind == "f":
        return 1
    raise fault(
        where,
        got=f"pixels of type {stack.dtype}",
        expected="whole numbers from 0 to 255 or floating-point numbers from 0 to 1",
        next_step="Convert the pixels, best to 8 bits.",
    )


def _out_of_range(stack: NDArray[Any], scale: int, where: object) -> DataError:
    bad = ~((stack >= 0) & (stack <= scale))
    image = int(np.argmax(bad.any(axis=(1, 2))))
    return fault(
        where,
        got=f"a pixel of {stack[image][bad[image]][0]} in image {image + 1}",
        expected=f"pixels from 0 to {scale}",
        next_step="Scale the pixels; whole numbers reach from 0 to 255, floating-point numbers from 0 to 1.",
    )
