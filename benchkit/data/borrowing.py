"""Anomalies that are simply images of another data set."""

from __future__ import annotations

import torch
from torch import Tensor

from benchkit.contract import LabelledImages, Splits
from benchkit.data.images import resize, to_bytes, to_floats
from benchkit.errors import Unsupported


def borrow(other: Splits | LabelledImages, like: LabelledImages, *, seed: int) -> Tensor:
    """Draw test images of another data set as anomalies for ``like``.

    An image that is also one of ``like`` is never drawn: it would be normal and anomalous at once.

    Args:
        other: the data set to borrow from; of splits, the test images are taken.
        like: the test images that the anomalies stand beside.
        seed: the only source of randomness.

    Returns:
        float32 M×1×H×W in [0, 1], of the size and on the device of ``like.images``, drawn without replacement;
        M is len(like), or fewer when ``other`` has fewer.

    Raises:
        Unsupported: every image of ``other`` is one of ``like``.
    """
    pool = (other.test if isinstance(other, Splits) else other).images
    height, width = like.images.shape[-2:]
    pool = resize(pool.cpu(), height, width)
    pool = pool[_strangers(pool, like.images)]
    if not len(pool):
        raise Unsupported("these anomalies are the normal images themselves; choose another data set or anomaly")
    order = torch.randperm(len(pool), generator=torch.Generator().manual_seed(seed))
    drawn = pool[order[: len(like)]].to(like.images.device)
    return to_floats(drawn) if drawn.dtype == torch.uint8 else drawn


def _strangers(pool: Tensor, images: Tensor) -> list[int]:
    """Return the positions of the images of ``pool`` that are, in 8 bits, none of ``images``."""
    known = {image.tobytes() for image in to_bytes(images)}
    return [position for position, image in enumerate(to_bytes(pool)) if image.tobytes() not in known]
