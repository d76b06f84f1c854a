from dataclasses import dataclass
from typing import ClassVar

from benchkit import AnomalyGenerator, LabelledImages
from torch import Tensor
from torch.nn.functional import avg_pool2d


@dataclass(frozen=True)
class Smear(AnomalyGenerator):
    """Each row is averaged over so many pixels, as by a camera that moved to the side.

    Attributes:
        width: in pixels, odd.
    """

    by_default: ClassVar[bool] = False

    width: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width < 1 or self.width % 2 == 0:
            raise ValueError(f"width: got {self.width}; expected an odd number, 1 or more")

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        window, margin = (1, self.width), (0, self.width // 2)
        return avg_pool2d(test.images, window, stride=1, padding=margin, count_include_pad=False)
