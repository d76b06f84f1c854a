"""What views show of the kit's images: each view is trained once, for all objects that look there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from benchkit.contract import LabelledImages, View
from benchkit.errors import BenchkitError, Unsupported
from benchkit.registry import Offer, Registry, settings_of
from benchkit.runner.guard import PLUGIN_FAULTS, check_inputs, described, isolated
from benchkit.runner.views import checked_looks, look_among
from benchkit.testing import material
from benchkit.testing.checks import NotApplicable
from benchkit.testing.once import Once

Look = Callable[[Tensor], Tensor]

SEED = 0

_fitted: dict[tuple[type, str, str], Once[Mapping[str, Look]]] = {}
"""By class, settings and device: an object itself may be unhashable."""


def looker(view: str, registry: Registry) -> Look:
    """Return the function from images to what a view shows of them; the view is trained on the kit's images.

    Raises:
        UsageError: nobody offers the view.
        PluginConflictError: two plugins do.
        NotApplicable: the view cannot be trained on the kit's images, or does not keep its own promises.
    """
    offer, look = registry.view_for(view), looks_of(view, registry)[view]
    return lambda images: _seen(look, images, view, offer)


def looks_of(view: str, registry: Registry, device: str = "cpu") -> Mapping[str, Look]:
    """Return all functions of the object that offers a view, as they are; raises what ``looker`` does."""
    offer = registry.view_for(view)
    key = (type(offer.item), json.dumps(settings_of(offer.item), sort_keys=True), device)
    fitted = _fitted.setdefault(key, Once(lambda: _fit(offer, device)))
    try:
        look_among(fitted(), view, offer)
        return fitted()
    except PLUGIN_FAULTS as error:
        raise _blamed(view, offer, error) from error


def _fit(offer: Offer[View], device: str) -> Mapping[str, Look]:
    train = material.images().train
    lent = LabelledImages(train.images.clone(), train.labels.clone()).to(device)
    with isolated(SEED):
        looks: object = offer.item.fit(lent, seed=SEED)
    return checked_looks(looks, offer)


def _seen(look: Look, images: Tensor, view: str, offer: Offer[View]) -> Tensor:
    try:
        with isolated(SEED), torch.no_grad():
            return check_inputs(look(images.clone()), images, view, offer)
    except PLUGIN_FAULTS as error:
        raise _blamed(view, offer, error) from error


def _blamed(view: str, offer: Offer[View], error: BaseException) -> NotApplicable:
    if isinstance(error, Unsupported):
        return NotApplicable(f"the view {view!r} shows nothing of the kit's images: {error.reason}")
    said = str(error) if isinstance(error, BenchkitError) else described(error)
    return NotApplicable(f"the view {view!r} is at fault: see `benchkit check {offer.item.name}`. {said}")
