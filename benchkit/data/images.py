"""From arrays to images: float32, N×1×H×W, in [0, 1]."""

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


def to_images(array: NDArray[Any], *, where: object = "images") -> Tensor:
    """Return ``array`` as images: float32, N×1×H×W, in [0, 1].

    Args:
        array: N×H×W, N×1×H×W, N×H×W×1, or N×P with P a square number; whole numbers from 0 to 255 (divided by
            255) or floating-point numbers from 0 to 1 (kept).
        where: path or name, for messages.

    Raises:
        DataError: another shape, type or range, or no images at all.
    """
    stack = _to_stack(array, where)
    scale = _scale_of(stack, where)
    lowest, highest = stack.min(), stack.max()
    if not (lowest >= 0 and highest <= scale):  # written so that NaN is refused as well
        raise _out_of_range(stack, scale, where)
    pixels = torch.from_numpy(np.array(stack, dtype=np.float32, order="C"))
    return pixels.div_(scale).unsqueeze(1) if scale != 1 else pixels.unsqueeze(1)


def make_labelled(images: NDArray[Any], labels: NDArray[Any], *, where: object = "images") -> LabelledImages:
    """Return images with their labels, both checked.

    Args:
        images: as for ``to_images``.
        labels: N whole numbers, none negative.
        where: path or name, for messages.

    Raises:
        DataError: the images are not as ``to_images`` takes them, or the labels do not fit them.
    """
    tensor = to_images(images, where=where)
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
    """Return ``images`` (N×1×H×W, in [0, 1]) at another size, bilinear, with anti-aliasing where they shrink.

    Images that have this size already are returned as they are.
    """
    if images.shape[-2:] == (height, width):
        return images
    resized = functional.interpolate(images, size=(height, width), mode="bilinear", antialias=True)
    return resized.clamp_(0, 1)


def to_bytes(images: Tensor) -> NDArray[np.uint8]:
    """Return images in [0, 1] as the 8-bit pixels they stand for, same shape, on the CPU."""
    pixels: NDArray[np.uint8] = images.mul(255).round_().clamp_(0, 255).to(torch.uint8).cpu().numpy()
    return pixels


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
        return 255
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
