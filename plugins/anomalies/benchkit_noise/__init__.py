"""Four levels of rising noise, after the model-state experiment (experiment 1).

Levels 1 and 2 cannot be seen by the naked eye, level 3 shows a few white specks, level 4 is plain. The question
that they ask: which detector, looking where, sees the noise earlier?
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchkit import AnomalyGenerator, LabelledImages, UsageError, hookimpl, source_of
from benchkit.data import with_noise

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Noise(AnomalyGenerator):
    """Additive Gaussian noise and white specks on normal test images, clipped to [0, 1].

    Attributes:
        sigma: standard deviation of the noise before clipping, in grey levels of [0, 1]; one step of an 8-bit image
            is 1/255.
        speck_rate: share of the pixels set to white, 0 to 1.

    Raises:
        UsageError: a setting is out of its range.
    """

    sigma: float = 0.0
    speck_rate: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for field, value in (("sigma", self.sigma), ("speck_rate", self.speck_rate)):
            if not 0.0 <= value <= 1.0:
                raise UsageError(f"anomaly {self.name!r}: got {field}={value}; expected a number from 0 to 1.")

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return one noisy image for each of ``test``, in its order."""
        source = source_of(self.name, seed)
        return with_noise(test.images, sigma=self.sigma, speck_rate=self.speck_rate, source=source)


LEVELS: tuple[Noise, ...] = (
    Noise("noise-1", sigma=1 / 255),
    Noise("noise-2", sigma=2 / 255),
    Noise("noise-3", sigma=4 / 255, speck_rate=0.005),
    Noise("noise-4", sigma=0.25, speck_rate=0.02),
)
"""The four levels; no setting falls from one level to the next."""


@hookimpl
def benchkit_anomaly_generators() -> Iterable[AnomalyGenerator]:
    """Offer the four levels."""
    return LEVELS
