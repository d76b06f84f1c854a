"""Images side by side: which of an exhibit's images have which rank, and sheets of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from benchkit.results import Shown

Levels = NDArray[np.uint8]
Rank = Literal["least", "middle", "most"]

_GAP = 1


def ranked(shown: Shown, rank: Rank, count: int) -> NDArray[np.int64]:
    """Return positions in an exhibit's images: the least anomalous first, those of the middle, the most first.

    Args:
        shown: its images are in the order of their scores.
        rank: which end.
        count: how many at most.
    """
    n = len(shown.index)
    if rank == "least":
        return np.arange(min(count, n))
    if rank == "most":
        return np.arange(n - 1, max(-1, n - 1 - count), -1)
    start = max(0, (n - count) // 2)
    return np.arange(start, min(n, start + count))


def sheet(rows: Sequence[Levels], *, gap: int = _GAP, ground: int = 255) -> Levels:
    """Return rows of images as one, grey or in colour.

    Args:
        rows: each uint8, k×C×H×W with C of 1 or 3, all of one C, H and W; rows may be of different lengths.
        gap: pixels between two images.
        ground: grey level where there is none.

    Returns:
        uint8, height × width for C = 1, else height × width × 3.
    """
    _, channels, height, width = rows[0].shape
    columns = max(len(row) for row in rows)
    page = np.full(
        (len(rows) * (height + gap) - gap, max(1, columns * (width + gap) - gap), channels), ground, dtype=np.uint8
    )
    for down, row in enumerate(rows):
        for across, image in enumerate(row):
            top, left = down * (height + gap), across * (width + gap)
            page[top : top + height, left : left + width] = image.transpose(1, 2, 0)
    return page[..., 0] if channels == 1 else page
