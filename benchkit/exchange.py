"""What passes through the doors: images, inputs that come some at a time, files, and what a score takes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Real
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from benchkit.errors import DataError, UsageError

if TYPE_CHECKING:  # read by `benchkit --help`, which must not pay for importing torch
    import torch
    from torch import Tensor

_IMAGE_TYPES = ("torch.float32", "torch.uint8")


class Rows(Protocol):
    """Training inputs that do not lie on the device as a whole: they are brought there some at a time.

    Handed to a detector or a view in the place of a tensor where it ``takes_rows`` and memory is short.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """N×…, as of the tensor that they stand for."""

    @property
    def device(self) -> torch.device:
        """Where they arrive: the run's device."""

    def __len__(self) -> int:
        """Return N."""

    def take(self, index: Tensor, /, *, out: Tensor | None = None) -> Tensor:
        """Return the rows at ``index`` (int64, n, on the CPU): float32, n×…, written into ``out`` if it is given."""

    def chunks(self, size: int) -> Iterator[Tensor]:
        """Yield all rows in order, at most ``size`` at a time; not to be changed."""


@dataclass(frozen=True)
class LabelledRows:
    """Images that are brought to the device some at a time, with their class labels.

    Attributes:
        images: N×1×H×W in [0, 1]; 0 is background.
        labels: int64, N, on the run's device.
    """

    images: Rows
    labels: Tensor

    def __len__(self) -> int:
        return int(self.labels.shape[0])


@dataclass(frozen=True)
class LabelledImages:
    """Images with their class labels.

    Views, detectors and anomaly generators get float32 images. A data set may give grey levels as well, which are kept
    so, a byte a pixel, until they are needed.

    Attributes:
        images: N×1×H×W: float32 in [0, 1], or uint8 grey levels from 0 to 255; 0 is background.
        labels: int64, N, not negative.

    Raises:
        DataError: the tensors do not have these shapes and types.
    """

    images: Tensor
    labels: Tensor

    def __post_init__(self) -> None:
        images, labels = self.images, self.labels
        good = images.ndim == 4 and images.shape[1] == 1 and labels.shape == images.shape[:1]
        if not good or str(images.dtype) not in _IMAGE_TYPES or str(labels.dtype) != "torch.int64":
            raise DataError(
                f"labelled images: got images {tuple(images.shape)} {images.dtype} and labels "
                f"{tuple(labels.shape)} {labels.dtype}; expected N×1×H×W {' or '.join(_IMAGE_TYPES)} and N "
                "torch.int64. Convert them in the data set's load()."
            )

    def __len__(self) -> int:
        return int(self.labels.shape[0])

    def select(self, index: Tensor) -> LabelledImages:
        """Return the images and labels at ``index`` (int64 positions or a boolean mask)."""
        return LabelledImages(self.images[index], self.labels[index])

    def to(self, device: object) -> LabelledImages:
        """Return the same images and labels on ``device`` (without a copy if they are there)."""
        return LabelledImages(self.images.to(device), self.labels.to(device))  # type: ignore[call-overload]


@dataclass(frozen=True)
class Splits:
    """A data set as it is published: its training and its test images."""

    train: LabelledImages
    test: LabelledImages


@dataclass(frozen=True)
class RemoteFile:
    """One file that a data set is made of, and where to get it.

    Attributes:
        path: where it lies below ``BENCHKIT_DATA`` or the cache, such as ``mnist/train-images-idx3-ubyte``;
            relative, without ``..``. The same file with ``.gz`` behind its name serves as well.
        sha256: SHA-256 of the raw (gunzipped) file, 64 hexadecimal digits: it fits every mirror's compression.
        urls: mirrors, tried in this order; an address that ends in ``.gz`` is gunzipped.
        size: bytes of the raw file.
    """

    path: str
    sha256: str
    urls: tuple[str, ...]
    size: int

    def __post_init__(self) -> None:
        pure = PurePosixPath(self.path)
        if pure.is_absolute() or ".." in pure.parts or not pure.parts:
            raise UsageError(
                f"remote file {self.path!r}: got a path that may leave the data folder; expected a relative one."
            )


@dataclass(frozen=True)
class Work:
    """What scoring one input takes at least, whoever computes it: lower bounds, from which a limit of speed follows.

    Attributes:
        flop: floating point operations, a multiplication and an addition counted as two; 0 or more.
        bytes: read from and written to the device's memory, the input and its score included; 0 or more.

    Raises:
        UsageError: a number is negative or not finite, or no number at all.
    """

    flop: float
    bytes: float

    def __post_init__(self) -> None:
        for name, value in (("flop", self.flop), ("bytes", self.bytes)):
            amount = _amount(value)
            if amount is None:
                raise UsageError(
                    f"Work: got {name}={value!r}; expected a finite number, 0 or more, for each input. State less "
                    "rather than more: it is a lower bound."
                )
            object.__setattr__(self, name, amount)


def _amount(value: Any) -> float | None:
    """Return a finite number, 0 or more, as Python's own, which JSON can hold; None for anything else."""
    try:
        amount = float(value) if isinstance(value, Real) else math.nan
    except OverflowError:
        return None
    return amount if 0 <= amount < math.inf else None
