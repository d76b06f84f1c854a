"""Toy detectors and views that are fitted for many at once, rightly and wrongly; also a plugin file."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

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
        if self.fault == "many-nothings":
            return [None] * len(scorers)  # type: ignore[list-item]
        if self.fault == "text":
            return "s" * len(scorers)  # type: ignore[return-value]
        return scorers[1:] if self.fault == "few" else scorers


@dataclass(frozen=True)
class Consuming(Together):
    """Takes its inputs and its seeds off the lists, one after the other."""

    name: str = "consuming"

    def fit_many(self, normals: Sequence[Tensor], *, seeds: Sequence[int]) -> list[benchkit.Scorer]:
        """Leave nothing."""
        left, numbers = cast(list[Tensor], normals), cast(list[int], seeds)
        return [self.fit(left.pop(0), seed=numbers.pop(0)) for _ in range(len(left))]


@dataclass(frozen=True)
class Undecided(Together):
    """Does wrong what ``fault`` says when it is asked where it would."""

    name: str = "undecided"

    def stacks_on(self, device: torch.device) -> bool:
        """Change what everybody shares, say something, or fail."""
        print("asked")
        torch.set_num_threads(torch.get_num_threads() + 1)
        torch.set_default_dtype(torch.float64)
        random.seed(1)
        os.chdir("/")
        if self.fault == "raise":
            raise ValueError("cannot tell")
        if self.fault == "panic":
            raise BaseException("panic")
        return cast(bool, torch.ones(3)) if self.fault == "junk" else True


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


NOT_VIEWS: dict[str, object] = {"nothing": None, "elsewhere": {"other": abs}, "number": {"number": 3}}
"""What ``OddView.fit_many`` returns for each set of images, by the view's name."""


@dataclass(frozen=True)
class OddView(ViewTogether):
    """Is trained rightly by ``fit``, and by ``fit_many`` for nobody's use."""

    name: str = "odd"

    def offers(self) -> tuple[str, ...]:
        """One view, called like the object."""
        return (self.name,)

    def fit(self, normal: benchkit.LabelledImages, *, seed: int) -> Mapping[str, Callable[[Tensor], Tensor]]:
        """Look at rows."""
        (look,) = super().fit(normal, seed=seed).values()
        return {self.name: look}

    def fit_many(
        self, normals: Sequence[benchkit.LabelledImages], *, seeds: Sequence[int]
    ) -> list[Mapping[str, Callable[[Tensor], Tensor]]]:
        """Return no view."""
        return [cast(Any, NOT_VIEWS[self.name])] * len(normals)


@benchkit.hookimpl
def benchkit_detectors() -> list[benchkit.Detector]:
    """Offer one detector for each fault, and one without."""
    wrong = ("raise", "mutate", "die", "few", "large", "many-nothings", "text")
    faults = [Together(f"together-{fault}", fault=fault) for fault in wrong]
    undecided = [Undecided(f"undecided-{fault}", fault=fault) for fault in ("raise", "panic", "junk", "not")]
    views = [Brightness("on-rows", view="rows-together"), *(Brightness(f"on-{view}", view=view) for view in NOT_VIEWS)]
    return [Together(), Elsewhere(), Consuming(), *faults, *undecided, *views]


@benchkit.hookimpl
def benchkit_views() -> list[benchkit.View]:
    """Offer the views."""
    return [ViewTogether(), *map(OddView, NOT_VIEWS)]
