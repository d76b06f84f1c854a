"""Toy detectors and views that are fitted for many at once, rightly and wrongly; also a plugin file."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from toy_plugins import FITTED_TOGETHER, Brightness, ToyView

import benchkit


@dataclass(frozen=True)
class Together(Brightness):
    """Fits many at once, or does wrong what ``fault`` says."""

    name: str = "together"
    fault: str = ""

    def fit_many(self, normals: Sequence[Tensor], *, seeds: Sequence[int]) -> list[benchkit.Scorer]:
        """Note it."""
        FITTED_TOGETHER.append((self.name, tuple(seeds), tuple(map(len, normals))))
        if self.fault == "raise":
            raise ValueError("cannot do many")
        if self.fault == "mutate":
            normals[0].mul_(0.5)
        if self.fault == "large":
            torch.ones(50_000_000)
        if self.fault == "die":
            os._exit(3)
        scorers = super().fit_many(normals, seeds=seeds)
        return scorers[1:] if self.fault == "few" else scorers


@dataclass(frozen=True)
class Elsewhere(Together):
    """Would, but not on this device."""

    name: str = "elsewhere"

    def stacks_on(self, device: torch.device) -> bool:
        """Nowhere."""
        return False


@dataclass(frozen=True)
class ViewTogether(ToyView):
    """A view that is trained for many at once."""

    name: str = "view-together"

    def offers(self) -> tuple[str, ...]:
        """One view."""
        return ("rows-together",)

    def fit(self, normal: benchkit.LabelledImages, *, seed: int) -> Mapping[str, Callable[[Tensor], Tensor]]:
        """Look at rows, less the mean brightness of what is normal."""
        mean = normal.images.mean()
        return {"rows-together": lambda images: images.mean(3).flatten(1) - mean}

    def fit_many(
        self, normals: Sequence[benchkit.LabelledImages], *, seeds: Sequence[int]
    ) -> list[Mapping[str, Callable[[Tensor], Tensor]]]:
        """Note it."""
        FITTED_TOGETHER.append((self.name, tuple(seeds), tuple(map(len, normals))))
        return super().fit_many(normals, seeds=seeds)


@benchkit.hookimpl
def benchkit_detectors() -> list[benchkit.Detector]:
    """Offer one detector for each fault, and one without."""
    faults = [Together(f"together-{fault}", fault=fault) for fault in ("raise", "mutate", "die", "few", "large")]
    return [Together(), Elsewhere(), *faults, Brightness("on-rows", view="rows-together")]


@benchkit.hookimpl
def benchkit_views() -> list[benchkit.View]:
    """Offer the view."""
    return [ViewTogether()]
