from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from benchkit import LabelledImages, View
from torch import Tensor


@dataclass(frozen=True)
class Contours(View):
    """How steeply an image gets brighter, in all (N×1×H×W), and by direction (N×2×H×W)."""

    def offers(self) -> tuple[str, ...]:
        return (self.name, "acme-slopes")

    def fit(self, normal: LabelledImages, *, seed: int) -> Mapping[str, Callable[[Tensor], Tensor]]:
        return {
            self.name: lambda images: slopes(images).norm(dim=1, keepdim=True),
            "acme-slopes": slopes,
        }


def slopes(images: Tensor) -> Tensor:
    down = images.diff(dim=2, append=images[:, :, -1:])
    right = images.diff(dim=3, append=images[:, :, :, -1:])
    return torch.cat([down, right], dim=1)
