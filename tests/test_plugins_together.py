"""Every built-in detector and view that fits many at once: what comes of it is what fitting one by one gives.

The equality of stacked and single training, within float32 rounding, on images of other numbers and seeds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
import torch
from benchkit_conv_autoencoder import layers, patches
from torch import Tensor
from training_helpers import blobs

from benchkit import Detector, LabelledImages, LabelledRows, View
from benchkit.registry import load_registry
from benchkit.training import Mapped, as_rows
from benchkit.training.course import Course
from benchkit.training.loop import train_together
from benchkit.training.optimisers import make_optimiser
from benchkit.training.order import Order

REGISTRY = load_registry()
DETECTORS = [offer.item for offer in REGISTRY.detectors.values() if type(offer.item).fit_many is not Detector.fit_many]
VIEWS = list({offer.item.name: offer.item for offer in REGISTRY.view_offers.values()}.values())
VIEWS = [view for view in VIEWS if type(view).fit_many is not View.fit_many]

NORMALS = [blobs(120), blobs(90, seed=1), blobs(120)]
SEEDS = [0, 1, 2]


def short(item: Any) -> Any:
    """Return a plugin object that trains for some dozen steps."""
    budgets = {"epochs": 2, "min_images": 0, "max_images": 500}
    return replace(item, **{name: value for name, value in budgets.items() if hasattr(item, name)})


def rows(values: Tensor) -> Mapped:
    """Return rows that are no tensor, with the same numbers."""
    return Mapped(as_rows(values), lambda some: some)


def test_the_networks_of_the_experiments_are_among_them() -> None:
    """Autoencoders dense and convolutional, the subject model and the autoencoders of both latents."""
    assert {each.name for each in DETECTORS} >= {"pixel-ae", "pixel-ae-shallow", "model-state-ae-layer1", "conv-ae"}
    assert {each.name for each in VIEWS} == {"subject", "latent", "conv-latent"}


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda each: each.name)
def test_detectors_fitted_together_score_as_those_fitted_alone(detector: Detector) -> None:
    """Each scores as the one from the same images and seed, whichever others were fitted beside it."""
    detector, images = short(detector), NORMALS[0].images
    together = detector.fit_many([normal.images for normal in NORMALS], seeds=SEEDS)
    for normal, seed, scorer in zip(NORMALS, SEEDS, together, strict=True):
        alone = detector.fit(normal.images, seed=seed)
        with torch.no_grad():
            torch.testing.assert_close(scorer(images), alone(images), rtol=2e-3, atol=1e-6)


@pytest.mark.parametrize("detector", [each for each in DETECTORS if each.takes_rows], ids=lambda each: each.name)
def test_rows_fit_the_same_scorer_as_a_tensor(detector: Detector) -> None:
    """Inputs that come some at a time give the scores of inputs that are there as a whole, within rounding."""
    detector, images = short(detector), NORMALS[0].images
    assert detector.takes_rows
    found, expected = detector.fit(rows(images), seed=0), detector.fit(images, seed=0)
    with torch.no_grad():
        torch.testing.assert_close(found(images), expected(images), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("view", VIEWS, ids=lambda each: each.name)
def test_views_trained_together_look_as_those_trained_alone(view: View) -> None:
    """Also where the sets have other classes: a held-out last class makes the classifier narrower."""
    view = short(view)
    two = NORMALS[0].select(NORMALS[0].labels < 2)
    normals, seeds, images = [*NORMALS, two], [*SEEDS, 0], NORMALS[1].images
    for normal, seed, looks in zip(normals, seeds, view.fit_many(normals, seeds=seeds), strict=True):
        alone = view.fit(normal, seed=seed)
        assert set(looks) == set(alone) == set(view.offers())
        for name, look in looks.items():
            torch.testing.assert_close(look(images), alone[name](images), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("view", VIEWS, ids=lambda each: each.name)
def test_views_of_rows_look_as_those_of_images(view: View) -> None:
    """Images that come some at a time train the same view, bit for bit."""
    view, normal = short(view), NORMALS[0]
    found = view.fit(LabelledRows(rows(normal.images), normal.labels), seed=0)  # type: ignore[arg-type]
    expected = view.fit(LabelledImages(normal.images, normal.labels), seed=0)
    for name, look in found.items():
        assert torch.equal(look(normal.images), expected[name](normal.images))


CONVOLUTIONAL = [each for each in DETECTORS if not each.stacks_on(torch.device("cpu"))]


@pytest.mark.parametrize("detector", CONVOLUTIONAL, ids=lambda each: each.name)
def test_convolutions_are_stacked_as_an_accelerator_would(detector: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor trains them one by one; the way of an accelerator, followed here, ends in the same parameters."""
    for layer in (each for module in (layers, patches) for each in vars(module).values() if hasattr(each, "elsewhere")):
        monkeypatch.setattr(layer, "on_processor", layer.elsewhere)
    images = blobs(40, side=28).images

    def courses() -> list[Course]:
        budgets = enumerate((100, 70))
        return [
            Course(
                detector.build(images, seed=seed), as_rows(images), None,
                Order(40, count, 16, seed=seed, replacement=False),
            )
            for seed, count in budgets
        ]  # fmt: skip

    loss: Callable[[Tensor, Tensor], Tensor] = lambda outputs, wanted: detector.errors(outputs, wanted).mean()  # noqa: E731
    make = lambda flat: make_optimiser("adam", 1e-3, flat)  # noqa: E731
    together, alone = courses(), courses()
    train_together(together, loss, make, 16, Event(), stacked=True)
    for ours, theirs in zip(together, alone, strict=True):
        train_together([theirs], loss, make, 16, Event(), stacked=False)
        for found, expected in zip(ours.module.parameters(), theirs.module.parameters(), strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-5)
