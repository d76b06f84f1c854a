"""What views show of the kit's images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch
from torch import Tensor
from toy_plugins import BrokenView, ToyView

import benchkit
from benchkit.errors import UsageError
from benchkit.registry import Offer, Registry
from benchkit.testing import material
from benchkit.testing.checks import NotApplicable
from benchkit.testing.sights import looker, looks_of

IMAGES = material.images().test.images
Looks = Mapping[str, Callable[[Tensor], Tensor]]


@dataclass(frozen=True)
class Counted(benchkit.View):
    """Counts its trainings, and writes into whatever it gets."""

    fits: ClassVar[list[str]] = []

    factor: float = 1.0

    def offers(self) -> tuple[str, ...]:
        """Two views of one training."""
        return ("counted", "doubled")

    def fit(self, normal: benchkit.LabelledImages, *, seed: int) -> Looks:
        """Count."""
        self.fits.append(self.name)
        normal.images.zero_()
        return {"counted": self.look, "doubled": lambda images: 2 * self.look(images)}

    def look(self, images: Tensor) -> Tensor:
        """Mean of each row of pixels, and a scribble."""
        rows = self.factor * images.mean(3).flatten(1)
        images.zero_()
        return rows


@dataclass(frozen=True)
class Bad(benchkit.View):
    """Returns less than it offers, or rows that are none."""

    def offers(self) -> tuple[str, ...]:
        """Three views."""
        return ("missing", "scalar", "refused")

    def fit(self, normal: benchkit.LabelledImages, *, seed: int) -> Looks:
        """Forget the first."""
        return {"scalar": lambda images: images.mean(), "refused": self.refuse}

    def refuse(self, images: Tensor) -> Tensor:
        """Say so."""
        raise benchkit.Unsupported("colours are needed")


def registry(*views: benchkit.View) -> Registry:
    """Return a registry with these views."""
    offers = {name: Offer(view, "toys", "toys", "1.0") for view in views for name in view.offers()}
    return Registry(view_offers=offers)


def test_a_view_is_trained_once_for_all_who_look() -> None:
    """By class and settings: both views that it offers, and other registries too; another setting is another view."""
    Counted.fits.clear()
    here = registry(Counted("counted"))
    rows = looker("counted", here)(IMAGES)
    assert torch.equal(looker("doubled", registry(Counted("counted")))(IMAGES), 2 * rows)
    assert torch.equal(looker("counted", registry(Counted("counted", 3.0)))(IMAGES), 3 * rows)
    assert set(looks_of("counted", here)) == {"counted", "doubled"}
    assert len(Counted.fits) == 2


def test_the_kits_images_stay_what_they_are() -> None:
    """Views that write into them write into copies."""
    before = IMAGES.clone()
    looker("counted", registry(Counted("counted")))(IMAGES)
    assert torch.equal(IMAGES, before)
    assert float(material.images().train.images.max()) > 0.5


def test_an_honest_view_shows_what_it_shows() -> None:
    """A row an image."""
    assert torch.equal(looker("columns", registry(ToyView()))(IMAGES), IMAGES.mean(2).flatten(1))


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (
            "broken-view",
            r"'broken-view' is at fault: see `benchkit check broken-view`\. RuntimeError: this view is broken",
        ),
        ("missing", r"'missing' is at fault: see `benchkit check bad`.*expected 'missing' among them"),
        ("scalar", r"'scalar' is at fault: see `benchkit check bad`.*expected 160 floating point rows"),
        ("refused", "'refused' shows nothing of the kit's images: colours are needed"),
    ],
)
def test_a_view_at_fault_is_named(view: str, said: str) -> None:
    """With what it did, and the command that tells more: whoever looks there is not to blame."""
    with pytest.raises(NotApplicable, match=said):
        looker(view, registry(BrokenView(), Bad("bad")))(IMAGES)


def test_a_view_that_nobody_offers_is_an_error() -> None:
    """Close matches are named."""
    with pytest.raises(UsageError, match=r"'colums'\. Did you mean 'columns'"):
        looker("colums", registry(ToyView()))
