"""The batches of a timing: all of one size, for ever, as large as memory allows."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Iterator
from typing import TypeVar

import torch
from torch import Tensor

from benchkit.measure.memory import lacked_memory

T = TypeVar("T")


class Batches:
    """Yields full batches for ever: the images in their order, and from the first one again where they end.

    A batch that is larger than the number of images holds them several times over, in the same order.

    Attributes:
        places: where the images of the latest batch stand: indices into the images.

    Args:
        images: N×…, at least one.
        size: images a batch.
    """

    def __init__(self, images: Tensor, size: int) -> None:
        self._images = images
        self._size = size
        self._firsts = itertools.count(0, size)
        self._first = 0

    def __iter__(self) -> Iterator[Tensor]:
        return self

    def __next__(self) -> Tensor:
        total = int(self._images.shape[0])
        self._first = next(self._firsts) % total
        behind = self._first + self._size
        if behind <= total:
            return self._images[self._first : behind]
        whole, rest = divmod(behind - total, total)
        return torch.cat((self._images[self._first :], *[self._images] * whole, self._images[:rest]))

    @property
    def places(self) -> Tensor:
        """Return int64, one index an image."""
        return (self._first + torch.arange(self._size)) % int(self._images.shape[0])


def while_it_fits(attempt: Callable[[int], T], size: int) -> T:
    """Return what an attempt with batches of ``size`` comes to, halved as long as one ends for want of memory.

    Args:
        attempt: given the size.
        size: the first to be tried, at least 1.

    Raises:
        Exception: what the attempt raised, where it was not for want of memory, or with a single image.
    """
    while True:
        try:
            return attempt(size)
        except Exception as error:
            if size == 1 or not lacked_memory(error):
                raise
        _let_go()  # not before the error, whose frames hold what did not fit
        size //= 2


def _let_go() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
