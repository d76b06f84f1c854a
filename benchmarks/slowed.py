"""A plugin file with two detectors that can be slowed by a known share of their own work, to test a speed gate with.

``benchkit run --plugin benchmarks/slowed.py --set slowed-network.again=0.15`` scores 15 % of each batch a second time.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

import benchkit

Score = Callable[[Tensor], Tensor]

BLOCK = 18
"""Images that are scored at once, however many there are: a smaller part of a batch must not be faster for its size."""


@dataclass(frozen=True)
class Slowed(benchkit.Detector):
    """A detector of which a share of each batch is scored again.

    Attributes:
        again: share of each batch that is scored a second time, 0 to 1.
    """

    again: float = 0.0

    @abstractmethod
    def build(self, normal: Tensor, seed: int) -> Score:
        """Return what scores some flat images."""

    def fit(self, normal: Tensor, *, seed: int) -> benchkit.Scorer:
        """Build the scorer, and have it do more than it must."""
        score, share = self.build(normal.flatten(1), seed), self.again

        def whole(flat: Tensor) -> Tensor:
            return torch.cat([score(block) for block in flat.split(BLOCK)])

        def scorer(inputs: Tensor) -> Tensor:
            flat = inputs.flatten(1)
            if share > 0.0:
                whole(flat[: round(share * len(flat))])
            return whole(flat)

        return scorer


@dataclass(frozen=True)
class Network(Slowed):
    """Distance to a wide random network's output: multiplying matrices takes the time."""

    name: str = "slowed-network"
    width: int = 1_000

    def build(self, normal: Tensor, seed: int) -> Score:
        """Draw the weights."""
        generator = torch.Generator().manual_seed(seed)
        weights = torch.randn(normal.shape[1], self.width, generator=generator) / normal.shape[1] ** 0.5
        weights = weights.to(normal.device)
        return lambda flat: ((torch.tanh(flat @ weights) @ weights.T - flat) ** 2).mean(1)


@dataclass(frozen=True)
class Neighbour(Slowed):
    """Distance to the nearest of some training images: reading and writing memory takes the time."""

    name: str = "slowed-neighbour"
    kept: int = 20

    def build(self, normal: Tensor, seed: int) -> Score:
        """Keep the first images."""
        kept = normal[: self.kept].clone()
        return lambda flat: ((flat[:, None, :] - kept) ** 2).mean(2).amin(1)


@benchkit.hookimpl
def benchkit_detectors() -> list[benchkit.Detector]:
    """Offer both."""
    return [Network(), Neighbour()]
