"""Adversarial images."""

from __future__ import annotations

import dataclasses
from typing import Any

import benchkit_adversarial
import pytest
import torch
from training_helpers import blobs, random_state_untouched

from benchkit import LabelledImages, Unsupported, UsageError
from benchkit.data import to_floats
from benchkit.registry import load_registry

(OFFERED,) = benchkit_adversarial.benchkit_anomaly_generators()
FGSM: Any = dataclasses.replace(OFFERED, min_images=4_000)  # type: ignore[call-arg]


def test_it_is_offered_and_has_to_be_asked_for() -> None:
    """It alters test images of every class."""
    assert (OFFERED.name, OFFERED.alters_test, OFFERED.normal_labels, OFFERED.by_default) == ("fgsm", True, None, False)


def test_every_pixel_moves_by_one_step_or_not_at_all() -> None:
    """Up or down, within [0, 1], by the seed alone; inputs and random state are left alone."""
    test = blobs(120)
    before = test.images.clone()
    with random_state_untouched():
        found, again = (FGSM.generate(test, seed=3) for _ in range(2))
    assert torch.equal(found, again)
    assert torch.equal(test.images, before)
    moved = (found - before).abs()
    inside = (found > 0.0) & (found < 1.0) & (moved > 0.0)
    torch.testing.assert_close(moved[inside], torch.full_like(moved[inside], 0.1), rtol=1e-4, atol=1e-6)
    assert float(moved.max()) <= 0.1 + 1e-6
    assert float((moved > 0).float().mean()) > 0.5


def test_another_classifier_is_fooled_far_more_than_by_chance() -> None:
    """The subject model of a run, which the generator never saw, loses more by it than by steps of random signs."""
    registry = load_registry()
    digits = registry.datasets["digits"].item.load()
    train, test = (LabelledImages(to_floats(part.images), part.labels) for part in (digits.train, digits.test))
    logits = registry.view_for("logits").item.fit(train, seed=5)["logits"]

    def right(images: torch.Tensor) -> float:
        return float((logits(images).argmax(1) == test.labels).float().mean())

    signs = torch.randint(2, test.images.shape, generator=torch.Generator().manual_seed(0)) * 2.0 - 1.0
    found = OFFERED.generate(test, seed=0)
    assert right(test.images) > 0.9
    assert right((test.images + 0.1 * signs).clamp(0, 1)) > 0.9
    assert right(found) < 0.6


def test_one_class_cannot_be_mistaken() -> None:
    """The reason says what is missing."""
    test = blobs(30)
    with pytest.raises(Unsupported, match="two classes"):
        FGSM.generate(LabelledImages(test.images, torch.zeros_like(test.labels)), seed=0)


@pytest.mark.parametrize("epsilon", [0.0, -0.1, 1.5, float("nan")])
def test_a_step_out_of_range_is_refused(epsilon: float) -> None:
    """Nothing and more than everything are no steps."""
    with pytest.raises(UsageError, match="expected above 0"):
        dataclasses.replace(OFFERED, epsilon=epsilon)  # type: ignore[call-arg]
