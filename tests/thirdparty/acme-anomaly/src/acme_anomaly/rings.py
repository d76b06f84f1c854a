from dataclasses import dataclass

import torch
from benchkit import Dataset, LabelledImages, Splits
from benchkit.data import to_levels

SIDE = 20


@dataclass(frozen=True)
class Rings(Dataset):
    """Bright rings on a dark, grainy ground; the class is the radius: 4, 6 or 8 pixels.

    Attributes:
        train: training images.
        test: test images.
        grain: the ground is uniform between 0 and this.
    """

    train: int = 900
    test: int = 450
    grain: float = 0.2

    def load(self) -> Splits:
        source = torch.Generator().manual_seed(20)
        return Splits(self._draw(self.train, source), self._draw(self.test, source))

    def _draw(self, count: int, source: torch.Generator) -> LabelledImages:
        labels = torch.arange(count) % 3
        centres = (SIDE - 1) / 2 + torch.randn(count, 2, 1, generator=source).clamp(-1.5, 1.5)
        down, across = (torch.arange(SIDE) - centres).unbind(dim=1)
        distance = torch.hypot(down[:, :, None], across[:, None, :])
        off = distance - (4.0 + 2.0 * labels)[:, None, None]
        ground = self.grain * torch.rand(count, SIDE, SIDE, generator=source)
        images = torch.maximum(ground, torch.exp(-off.square()))
        return LabelledImages(to_levels(images.unsqueeze(1)), labels)
