"""Detectors that show something of themselves: honestly, and such that no picture can be made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from faulty_detectors import Plain, Score
from torch import Tensor

import benchkit


@dataclass
class Shown:
    """A scorer that reconstructs the mean, and lies at two numbers."""

    honest: Score
    mean: Tensor
    losses: Any = field(default=(2.0, 1.0))

    def __call__(self, inputs: Tensor) -> Tensor:
        """Score."""
        return self.honest(inputs)

    def reconstruct(self, inputs: Tensor) -> Tensor:
        """Return the mean for each."""
        return self.mean.expand_as(inputs)

    def encode(self, inputs: Tensor) -> Tensor:
        """Return brightness and contrast."""
        return inputs.flatten(1)[:, :2]


@dataclass(frozen=True)
class Candid(Plain):
    """Shows all that can be shown."""

    name: str = "candid"

    def fit(self, normal: Tensor, *, seed: int) -> Any:
        """Fit, and remember what is shown."""
        return self.shown(super().fit(normal, seed=seed), normal.mean(0, keepdim=True))

    def shown(self, honest: Score, mean: Tensor) -> Shown:
        """Return the scorer."""
        return Shown(honest, mean)


@dataclass(frozen=True)
class Flat(Candid):
    """Reconstructs vectors of images."""

    def shown(self, honest: Score, mean: Tensor) -> Shown:
        """Forget the shape."""

        class Fault(Shown):
            def reconstruct(self, inputs: Tensor) -> Tensor:
                return inputs.flatten(1)

        return Fault(honest, mean)


@dataclass(frozen=True)
class Nowhere(Candid):
    """Lies at NaN."""

    def shown(self, honest: Score, mean: Tensor) -> Shown:
        """Divide by zero."""

        class Fault(Shown):
            def encode(self, inputs: Tensor) -> Tensor:
                return inputs.flatten(1)[:, :2] / 0 * 0

        return Fault(honest, mean)


@dataclass(frozen=True)
class Spoiling(Candid):
    """Writes its reconstruction over the inputs."""

    def shown(self, honest: Score, mean: Tensor) -> Shown:
        """Do without a copy."""

        class Fault(Shown):
            def reconstruct(self, inputs: Tensor) -> Tensor:
                return inputs.copy_(self.mean.expand_as(inputs))

        return Fault(honest, mean)


@dataclass(frozen=True)
class Worded(Candid):
    """Remembers its losses in words."""

    def shown(self, honest: Score, mean: Tensor) -> Shown:
        """Say how it went."""
        return Shown(honest, mean, losses=["bad", "better"])


SHOWING: tuple[tuple[str, benchkit.Detector], ...] = (
    ("shows", Flat()),
    ("shows", Nowhere()),
    ("shows", Spoiling()),
    ("shows", Worded()),
)
"""As ``FAULTY``."""
