from dataclasses import dataclass
from typing import ClassVar

from benchkit import AnomalyGenerator, LabelledImages, Unsupported
from torch import Tensor


@dataclass(frozen=True)
class Large(AnomalyGenerator):
    """The largest rings, when only the smaller ones were seen in training."""

    by_default: ClassVar[bool] = False

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        images = test.images[test.labels == 2]
        if len(images) == 0:
            raise Unsupported("there is no class 2; use --dataset acme-rings")
        return images
