"""Views of the subject model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from benchkit_subject import Subject
from benchkit_subject.exposure import exposed
from torch import Tensor
from training_helpers import blobs, random_state_untouched

from benchkit import LabelledImages, LabelledRows, Unsupported, UsageError
from benchkit.data import to_floats, to_levels
from benchkit.registry import settings_of
from benchkit.training import as_rows

QUICK = Subject(min_images=3000)
NORMAL = blobs(90)


def fit(seed: int = 0) -> dict[str, Callable[[Tensor], Tensor]]:
    """Return the views of a subject model of the blobs."""
    return dict(QUICK.fit(NORMAL, seed=seed))


def test_the_published_architecture_is_the_default() -> None:
    """784-32-32-10 with 8 epochs in batches of 32, as in the model-state experiment."""
    subject = Subject()
    assert (subject.hidden, subject.epochs, subject.batch_size) == ((32, 32), 8, 32)


def test_each_offered_view_has_a_row_per_image() -> None:
    """Layers have their units, logits a unit for each class."""
    views = fit()
    assert tuple(views) == QUICK.offers() == ("layer1", "layer2", "logits")
    assert [tuple(view(NORMAL.images).shape) for view in views.values()] == [(90, 32), (90, 32), (90, 3)]
    assert tuple(views["layer1"](NORMAL.images[:0]).shape) == (0, 32)


def test_layers_are_seen_after_their_relu() -> None:
    """Hidden activations are not negative and some are off; logits take both signs."""
    views = fit()
    for layer in ("layer1", "layer2"):
        assert views[layer](NORMAL.images).min() == 0
    assert views["logits"](NORMAL.images).min() < 0


def test_the_classifier_learns_its_classes() -> None:
    """Logits of fresh images of the normal classes are largest at their label."""
    fresh = blobs(60, seed=7)
    assert (fit()["logits"](fresh.images).argmax(1) == fresh.labels).float().mean() > 0.95


def test_a_held_out_class_keeps_its_unit() -> None:
    """Without class 1 among the normals the logits still have three units, and the untrained one never wins."""
    seen = NORMAL.select(NORMAL.labels != 1)
    logits = QUICK.fit(seen, seed=0)["logits"](seen.images)
    assert logits.shape[1] == 3
    assert not (logits.argmax(1) == 1).any()


def test_one_seed_one_subject() -> None:
    """The same seed gives the same activations bit for bit, another seed others, and no global state moves."""
    with random_state_untouched():
        first = fit()["layer2"](NORMAL.images)
    assert torch.equal(fit()["layer2"](NORMAL.images), first)
    assert not torch.equal(fit(1)["layer2"](NORMAL.images), first)


def test_as_many_layers_as_settings_say() -> None:
    """Another depth offers other views."""
    deep = replace(QUICK, hidden=(8, 7, 6))
    assert deep.offers() == ("layer1", "layer2", "layer3", "logits")
    assert deep.fit(NORMAL, seed=0)["layer3"](NORMAL.images).shape == (90, 6)


def test_fewer_than_two_classes_are_unsupported() -> None:
    """One class cannot be told from another: the reason says so and names views that work."""
    with pytest.raises(Unsupported, match=r"at least two normal classes; got 1.*'pixels'"):
        QUICK.fit(NORMAL.select(NORMAL.labels == 2), seed=0)


def test_gradients_pass_to_the_images_where_they_are_asked_for() -> None:
    """Of every view, the same numbers as without: a detector may ask which way an image would have to change."""
    for view in fit().values():
        images = NORMAL.images[:8].clone().requires_grad_()
        seen = view(images)
        torch.testing.assert_close(seen.detach(), view(NORMAL.images[:8]))
        (slope,) = torch.autograd.grad(seen.sum(), images)
        assert slope.abs().sum() > 0


LEVELS = ((0.0, 0.5), (0.1, 0.0))
EXPOSED = replace(QUICK, exposure=LEVELS)


def test_without_exposure_nothing_leaks_and_nothing_is_recorded_of_it() -> None:
    """The settings are those of published runs, and so is the protocol."""
    assert QUICK.leaks() == ""
    assert "exposure" not in settings_of(Subject())


def test_with_exposure_the_view_says_what_leaks() -> None:
    """Every level, exactly: other levels are another protocol."""
    assert EXPOSED.leaks() == (
        "the classifier was trained on noisy images too, of standard deviation 0.0 with 0.5 of the pixels white, "
        "0.1 with 0.0 of the pixels white"
    )
    assert settings_of(EXPOSED)["exposure"] == [[0.0, 0.5], [0.1, 0.0]]


def test_a_noisy_copy_of_each_image_is_added() -> None:
    """The levels are taken in turn, labels kept, pixels whole grey levels; the images themselves are left alone."""
    before = to_floats(to_levels(NORMAL.images))
    given = LabelledImages(before.clone(), NORMAL.labels)
    both = exposed(given, LEVELS, name="subject", seed=0)
    assert torch.equal(given.images, before)
    assert torch.equal(both.images[:90], before)
    assert torch.equal(both.labels, NORMAL.labels.repeat(2))
    specked, grainy = both.images[90::2], both.images[91::2]
    touched = specked != before[::2]
    assert bool((specked[touched] == 1).all())
    assert 0.4 < float(touched.float().mean()) < 0.6
    assert 0.02 < float((grainy - before[1::2]).std()) < 0.12
    assert torch.equal((both.images[90:] * 255).round() / 255, both.images[90:])


def test_exposure_changes_the_classifier_and_its_seed_rules_it() -> None:
    """Another classifier than without, the same for one seed, and no global state moves."""
    plain = fit()["logits"](NORMAL.images)
    with random_state_untouched():
        first, again = (EXPOSED.fit(NORMAL, seed=0)["logits"](NORMAL.images) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, plain)


@pytest.mark.parametrize("level", [(-0.1, 0.0), (0.1, 1.5), (float("nan"), 0.0)])
def test_levels_out_of_range_are_refused(level: tuple[float, float]) -> None:
    """The error says what a level is."""
    with pytest.raises(UsageError, match="expected pairs of numbers from 0 to 1"):
        replace(QUICK, exposure=((0.1, 0.1), level))


def test_images_that_do_not_fit_cannot_be_copied() -> None:
    """Rows are skipped with the reason; without exposure they are taken."""
    rows = LabelledRows(as_rows(NORMAL.images), NORMAL.labels)
    with pytest.raises(Unsupported, match=r"exposure copies the training images.*--device-memory"):
        EXPOSED.fit(rows, seed=0)
    assert QUICK.fit(rows, seed=0)
