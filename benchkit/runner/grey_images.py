"""Images as a run holds them: 8-bit grey levels, a byte a pixel, of which floats are made where they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from benchkit.contract import LabelledImages, LabelledRows
from benchkit.data import to_floats

CHUNK = 4096
"""Images that are made floats at a time."""


class GreyImages:
    """Grey levels that give floats in [0, 1] some at a time, or all: what a plugin gets of them is made for it.

    Args:
        levels: uint8, M×1×H×W, on ``device`` or in the host's memory; shared with others, so left as they are.
        device: where the floats arrive.
        index: int64, N, beside ``levels``: which of them these images are; None: all.
    """

    def __init__(self, levels: Tensor, device: torch.device, index: Tensor | None = None) -> None:
        self._levels, self._device, self._index = levels, device, index

    @property
    def shape(self) -> tuple[int, ...]:
        """N×1×H×W, as of a tensor."""
        return (len(self), *self._levels.shape[1:])

    @property
    def device(self) -> torch.device:
        """Where the floats arrive."""
        return self._device

    @property
    def float_bytes(self) -> int:
        """What all of them take as float32."""
        return 4 * torch.Size(self.shape).numel()

    @property
    def device_bytes(self) -> int:
        """What the levels, these and those that lie with them, take of a device that is not the host."""
        away = self._device.type != "cpu" and self._levels.device == self._device
        return self._levels.nbytes if away else 0

    def __len__(self) -> int:
        return len(self._levels if self._index is None else self._index)

    def take(self, index: Tensor, /, *, out: Tensor | None = None) -> Tensor:
        """Return the images at ``index`` (int64, n): float32, n×1×H×W, written into ``out`` where it is given."""
        return self._floats(self._gathered(self._places(index)), out)

    def chunks(self, size: int = CHUNK) -> Iterator[Tensor]:
        """Yield all images in order as float32, at most ``size`` at a time; at least once, be it without any."""
        for start in range(0, max(1, len(self)), size):
            yield self._floats(self._between(start, start + size))

    def floats(self) -> Tensor:
        """Return all images: float32, N×1×H×W, a tensor of its own."""
        made = torch.empty(self.shape, dtype=torch.float32, device=self._device)
        for start in range(0, len(self), CHUNK):
            self._floats(self._between(start, start + CHUNK), made[start : start + CHUNK])
        return made

    def select(self, index: Tensor) -> GreyImages:
        """Return the images at ``index`` (int64 positions or a boolean mask), without a copy of them."""
        places = index.nonzero().squeeze(1) if index.dtype == torch.bool else index
        return GreyImages(self._levels, self._device, self._places(places))

    def places(self) -> Tensor:
        """Return where these images stand among those that they were selected from: int64, N."""
        return torch.arange(len(self._levels)) if self._index is None else self._index

    def like(self, levels: Tensor) -> GreyImages:
        """Return other images, uint8 M×1×H×W, laid where these lie."""
        return GreyImages(levels.to(self._levels.device), self._device)

    def _places(self, index: Tensor) -> Tensor:
        index = index.to(self._levels.device)
        return index if self._index is None else self._index[index]

    def _between(self, start: int, end: int) -> Tensor:
        return self._levels[start:end] if self._index is None else self._gathered(self._index[start:end])

    def _gathered(self, places: Tensor) -> Tensor:
        """Return some levels, beside the others; pinned where they have to go to a device of CUDA."""
        if self._levels.device == self._device:
            return torch.index_select(self._levels, 0, places)
        shape, pinned = (len(places), *self._levels.shape[1:]), self._device.type == "cuda"
        room = torch.empty(shape, dtype=torch.uint8, device=self._levels.device, pin_memory=pinned)
        return torch.index_select(self._levels, 0, places, out=room)

    def _floats(self, levels: Tensor, out: Tensor | None = None) -> Tensor:
        return to_floats(levels.to(self._device, non_blocking=True), out=out)


@dataclass(frozen=True)
class LabelledGrey:
    """Images as a run holds them, with their classes.

    Attributes:
        images: N of them.
        labels: int64, N, on the run's device.
    """

    images: GreyImages
    labels: Tensor

    def __len__(self) -> int:
        return len(self.images)

    def select(self, index: Tensor) -> LabelledGrey:
        """Return the images and labels at ``index`` (int64 positions or a boolean mask), without a copy of images."""
        return LabelledGrey(self.images.select(index), self.labels[index.to(self.labels.device)])

    def floats(self) -> LabelledImages:
        """Return them as a plugin gets them: tensors of its own."""
        return LabelledImages(self.images.floats(), self.labels.clone())

    def rows(self) -> LabelledRows:
        """Return them as a plugin gets them that takes rows."""
        return LabelledRows(self.images, self.labels.clone())
