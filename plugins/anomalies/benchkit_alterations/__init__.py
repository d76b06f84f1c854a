"""Alterations that no camera makes: the negative, a piece cut out, a piece of another image put in.

Not part of a run that names no anomalies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from benchkit import AnomalyGenerator, LabelledImages, Unsupported, UsageError, hookimpl, source_of

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Invert(AnomalyGenerator):
    """The negative of each normal test image."""

    by_default: ClassVar[bool] = False

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return one negative for each of ``test``, in its order; ``seed`` changes nothing."""
        return 1.0 - test.images


@dataclass(frozen=True)
class Piece(AnomalyGenerator):
    """A rectangle anywhere in each normal test image is replaced.

    Attributes:
        share: of each side that the rectangle takes, above 0 to 1.

    Raises:
        UsageError: the share is out of its range.
    """

    by_default: ClassVar[bool] = False

    share: float = 0.35

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 < self.share <= 1.0:
            raise UsageError(f"anomaly {self.name!r}: got share={self.share!r}; expected a number above 0, at most 1.")

    def inside(self, images: Tensor, source: torch.Generator) -> Tensor:
        """Return where each image's rectangle is, N×1×H×W, drawn on the CPU: the same on every device."""
        rows, columns = (self._span(length, len(images), source) for length in images.shape[-2:])
        return (rows[:, None, :, None] & columns[:, None, None, :]).to(images.device)

    def _span(self, length: int, count: int, source: torch.Generator) -> Tensor:
        size = min(length, max(1, round(self.share * length)))
        first = torch.randint(length - size + 1, (count, 1), generator=source)
        place = torch.arange(length)
        return (place >= first) & (place < first + size)


@dataclass(frozen=True)
class Occlusion(Piece):
    """The rectangle has the image's own mean grey.

    Black would be no change where an image is black already.
    """

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return one image with a covered piece for each of ``test``, in its order."""
        covered = self.inside(test.images, source_of(self.name, seed))
        return torch.where(covered, test.images.mean((1, 2, 3), keepdim=True), test.images)


@dataclass(frozen=True)
class PatchSwap(Piece):
    """The rectangle shows what is there in the next image of a random round through all of them.

    Source: Tan et al. 2020, "Detecting Outliers with Foreign Patch Interpolation", https://arxiv.org/abs/2011.04197,
    without its interpolation.
    """

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return one image with a foreign piece for each of ``test``, in its order.

        Raises:
            Unsupported: there is no other image.
        """
        if len(test.images) < 2:
            raise Unsupported(f"{self.name} takes a piece of another image, and there is one only; give more images.")
        source = source_of(self.name, seed)
        swapped = self.inside(test.images, source)
        order = torch.randperm(len(test.images), generator=source)
        other = torch.empty_like(order)
        other[order] = order.roll(1)
        return torch.where(swapped, test.images[other.to(test.images.device)], test.images)


@hookimpl
def benchkit_anomaly_generators() -> Iterable[AnomalyGenerator]:
    """Offer ``invert``, ``occlusion`` and ``patch-swap``."""
    return (Invert("invert"), Occlusion("occlusion"), PatchSwap("patch-swap"))
