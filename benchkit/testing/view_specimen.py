"""A view under examination: what it is fitted on, and what its checks share of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from benchkit.contract import LabelledImages, View
from benchkit.errors import Unsupported, a_kind
from benchkit.registry import Offer, Registry
from benchkit.runner.guard import PLUGIN_FAULTS, check_inputs, described
from benchkit.runner.views import checked_looks, look_among
from benchkit.testing import material
from benchkit.testing.checks import NotApplicable
from benchkit.testing.watch import Watched, watched
from benchkit.testing.witness import Witnessed, witnessed

SEED, OTHER_SEED = 0, 1

SHOWN = 96
"""Images that are looked at; none is one of the training."""

Look = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class ViewSpecimen:
    """One view object, with what its checks share.

    Attributes:
        offer: the object, and where it came from.
        registry: who else is there.
    """

    offer: Offer[View]
    registry: Registry

    @classmethod
    def of(cls, offer: Offer[View], registry: Registry) -> ViewSpecimen:
        """Return the specimen; nothing is computed before a check asks for it."""
        return cls(offer, registry)

    @property
    def names(self) -> tuple[str, ...]:
        """The views that it offers."""
        return self.offer.item.offers()

    @property
    def normal(self) -> LabelledImages:
        """Training images, of four classes; not to be handed out but as a copy."""
        return material.images().train

    @property
    def shown(self) -> Tensor:
        """Images to look at, ``SHOWN`` of them."""
        return material.images().test.images[:SHOWN]

    @cached_property
    def watched(self) -> Watched:
        """The fit that most checks share, and what was seen of it."""
        lent, tensors = _lent(self.normal)
        return watched(lambda: self.offer.item.fit(lent, seed=SEED), tensors)

    @property
    def first(self) -> Witnessed:
        """The fit that most checks share."""
        return self.watched.call

    @cached_property
    def again(self) -> Witnessed:
        """The same once more."""
        return self.fit(self.normal)

    @cached_property
    def other(self) -> Witnessed:
        """The same of another seed."""
        return self.fit(self.normal, seed=OTHER_SEED)

    def fit(self, normal: LabelledImages, *, seed: int = SEED) -> Witnessed:
        """Fit on a copy of some images."""
        lent, tensors = _lent(normal)
        return witnessed(lambda: self.offer.item.fit(lent, seed=seed), tensors)

    def looks(self, fitted: Witnessed) -> Mapping[str, Look]:
        """Return a fit's functions of all offered views.

        Raises:
            Exception: what the fit raised.
            ContractError: they are not all there.
        """
        looks = checked_looks(fitted.result(), self.offer)
        return {name: look_among(looks, name, self.offer) for name in self.names}

    def look(self, look: Look, images: Tensor) -> Witnessed:
        """Look at a copy of some images as the runner does: gradients off."""
        lent = images.clone()

        def looked() -> Any:
            with torch.no_grad():
                return look(lent)

        return witnessed(looked, {"images": lent})

    @cached_property
    def sights(self) -> Mapping[str, Witnessed]:
        """What the shared fit sees of the images that are shown, whatever that is."""
        try:
            looks = self.looks(self.first)
        except Unsupported:
            raise
        except PLUGIN_FAULTS as error:
            raise NotApplicable(f"nothing can be looked at; the check 'fits' says why: {described(error)}") from error
        return {name: self.look(look, self.shown) for name, look in looks.items()}

    @cached_property
    def results(self) -> Mapping[str, Tensor]:
        """Those of the sights that are a row an image, of any kind of number.

        Raises:
            NotApplicable: one is not.
        """
        for name, sight in self.sights.items():
            if not_rows(sight.value, SHOWN):
                raise NotApplicable(f"view {name!r} does not return one row an image; see 'rows'")
        return {name: sight.value for name, sight in self.sights.items()}

    @cached_property
    def rows(self) -> Mapping[str, Tensor]:
        """Those results that can be compared.

        Raises:
            NotApplicable: they are no floating point numbers, or lie on another device.
        """
        for name, result in self.results.items():
            if not result.is_floating_point() or result.device != self.shown.device:
                raise NotApplicable(f"view {name!r} returns {result.dtype} on {result.device}; another check says so")
        return self.results

    @cached_property
    def good_rows(self) -> Mapping[str, Tensor]:
        """Those rows that are all that the door asks for.

        Raises:
            NotApplicable: some number is not finite.
        """
        for name, rows in self.rows.items():
            if not bool(rows.isfinite().all()):
                raise NotApplicable(f"view {name!r} is not finite on ordinary images either; see 'rows-are-finite'")
        return self.rows

    def rows_of(self, fitted: Witnessed, images: Tensor) -> Mapping[str, Tensor]:
        """Return what a fit sees of some images, as the runner takes it.

        Raises:
            Exception: what was raised.
            ContractError: not one finite row an image.
        """
        sights = {name: self.look(look, images).result() for name, look in self.looks(fitted).items()}
        return {name: check_inputs(seen, images, name, self.offer) for name, seen in sights.items()}


def _lent(normal: LabelledImages) -> tuple[LabelledImages, Mapping[str, Tensor]]:
    """Return a copy of some images, and its tensors by what they are called in a sentence."""
    lent = LabelledImages(normal.images.clone(), normal.labels.clone())
    return lent, {"images": lent.images, "labels": lent.labels}


def not_rows(value: object, count: int) -> str:
    """Return what there is instead of one row an image; empty where it is that."""
    if not isinstance(value, Tensor):
        return a_kind(value)
    return "" if value.ndim >= 2 and value.shape[0] == count else f"shape {tuple(value.shape)}"
