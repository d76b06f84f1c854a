"""pytorch-ood's detectors behind the doors: who is offered, and what each promises."""

from __future__ import annotations

import copy
import gc
import weakref
from dataclasses import replace
from typing import Any

import pytest
import torch
from benchkit_torch_ood import LEFT_OUT
from benchkit_torch_ood.library import library
from torch import Tensor
from torch_ood_helpers import DETECTORS, NAMED, World, fitted, known, up_to, world
from training_helpers import noise, random_state_untouched

from benchkit import SubjectDetector, Unsupported, UsageError
from benchkit.training import as_rows

each = pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
each_on_subject = pytest.mark.parametrize(
    "detector", [each for each in DETECTORS if isinstance(each, SubjectDetector)], ids=lambda detector: detector.name
)
with_a_head = pytest.mark.parametrize("name", [
    "vim", "nnguide", "she", "nci", "fdbd", "dice", "pnml", "gradnorm", "grad-uncertainty", "nac", "react", "vra",
    "ash", "scale", "lts",
])  # fmt: skip

FITTED = {"torch-ood-kl-matching", "torch-ood-openmax", "torch-ood-knn"}
"""Those of one view that the normal inputs change."""

LOGITS = ["msp", "entropy", "energy", "max-logit", "gen", "kl-matching", "openmax", "odin"]


def scorer_of(detector: Any, normal: Tensor | None = None, **changed: Any) -> Any:
    """Return the scores of the detector, on the subject model of the tests, as a function of images."""
    here = world()
    return fitted(detector, here.normal if normal is None else normal, {**here.looks, **changed})


def test_thirty_are_offered_and_have_to_be_asked_for() -> None:
    """Each under its usual name; on the logits, or on the layer in front of them."""
    assert len(DETECTORS) == len(NAMED) == 30
    assert all(detector.name.startswith("torch-ood-") and not detector.by_default for detector in DETECTORS)
    assert {name: detector.view for name, detector in NAMED.items()} == {
        name: "logits" if name in LOGITS else "layer2" for name in NAMED
    }


def test_all_that_the_library_has_is_offered_or_left_out_for_a_reason() -> None:
    """A class that a later version brings is noticed here."""
    offered = [type(detector).method for detector in DETECTORS]
    assert sorted([*offered, *LEFT_OUT]) == sorted(library().__all__)
    assert all(LEFT_OUT.values())


def test_with_predicted_labels_a_temperature_falls_without_end() -> None:
    """Why one is left out: the likelihood of what a network predicts grows as the temperature falls."""
    logits = 3 * noise(200, 10)
    losses = [
        float(torch.nn.functional.cross_entropy(logits / temperature, logits.argmax(1)))
        for temperature in (1.0, 0.1, 0.01, 0.001)
    ]
    assert losses == sorted(losses, reverse=True)


def test_of_a_map_in_one_place_nothing_is_left() -> None:
    """Why another is: without their first singular vector all features are 0, and all scores the same."""
    head = torch.nn.Sequential(torch.nn.Flatten(1), torch.nn.Linear(32, 10))
    scores = library().RankFeat(None, head).predict_feature_maps(noise(20, 32, 1, 1))
    torch.testing.assert_close(scores, scores[:1].expand(20))


@each
def test_one_seed_one_set_of_scores(detector: Any) -> None:
    """The same bits; the images, the random state and the gradients of the subject model are left alone."""
    here = world()
    before = here.normal.clone()
    with random_state_untouched():
        scores = scorer_of(detector)(here.shown)
    assert torch.equal(here.normal, before)
    assert torch.equal(known(detector.name)(here.shown), scores)
    assert scores.dtype == torch.float32
    assert not scores.requires_grad
    assert all(parameter.grad is None for parameter in here.network.parameters())


@each
def test_batches_agree_with_the_whole(detector: Any) -> None:
    """Batches of one and of none too."""
    shown, scorer = world().shown, known(detector.name)
    whole = scorer(shown)
    parts = torch.cat([scorer(batch) for batch in (shown[:1], shown[1:1], shown[1:30], shown[30:])])
    assert whole.shape == (len(shown),)
    torch.testing.assert_close(parts, whole, rtol=1e-3, atol=1e-4)


@each_on_subject
def test_a_scorer_keeps_no_images(detector: Any) -> None:
    """The training images can be freed while it is timed."""
    images = world().normal[:300].clone()
    gone = weakref.ref(images)
    scorer = scorer_of(detector, images)
    del images
    gc.collect()
    assert gone() is None
    assert scorer(world().shown).isfinite().all()


HARD = {
    "one": world().normal[:1],
    "two": world().normal[:2],
    "constant": torch.full((60, 1, 28, 28), 0.5),
    "large": 1e6 * world().normal[:200],
}

REFUSED = {
    ("torch-ood-rmd", "one"): "two classes", ("torch-ood-rmd", "constant"): "two classes",
    ("torch-ood-rmd", "two"): "can be inverted", ("torch-ood-gmm", "large"): "can be inverted",
}  # fmt: skip


@each
@pytest.mark.parametrize("hard", HARD)
def test_hard_images_end_in_finite_scores_or_a_reason(detector: Any, hard: str) -> None:
    """One image, two, constant and very large ones: to fit on, and to score."""
    shown = torch.cat([world().shown, torch.zeros(1, 1, 28, 28), 1e6 * world().shown[:3], HARD[hard]])
    if reason := REFUSED.get((detector.name, hard)):
        with pytest.raises(Unsupported, match=f"{detector.name} needs .*{reason}"):
            scorer_of(detector, HARD[hard])
    else:
        assert scorer_of(detector, HARD[hard])(shown).isfinite().all()


@pytest.mark.parametrize("detector", [each for each in DETECTORS if each.takes_rows], ids=lambda each: each.name)
def test_rows_are_fitted_as_the_tensor_that_they_stand_for(detector: Any) -> None:
    """What needs one view alone takes inputs some at a time, at most so many."""
    here = world()
    with torch.no_grad():
        normal, shown = (here.looks[detector.view](images) for images in (here.normal, here.shown))
    scores = known(detector.name)(here.shown)
    assert torch.equal(detector.fit(as_rows(normal), seed=0)(shown), scores)
    few = replace(detector, most=100).fit(normal, seed=0)(shown)
    assert torch.equal(few, scores) == (detector.name not in FITTED)


@pytest.mark.parametrize("name", ["mahalanobis", "rmd", "gmm", "knn", "mahalanobis-odin"])
def test_methods_of_features_take_another_layer(name: str) -> None:
    """``@layer1``: finite scores, and others."""
    detector, shown = NAMED[name], world().shown
    scores = scorer_of(replace(detector, view="layer1"))(shown)
    assert scores.isfinite().all()
    assert not torch.equal(scores, known(name)(shown))


@with_a_head
def test_methods_of_the_last_layer_refuse_an_earlier_one(name: str) -> None:
    """What its features are taken for would be wrong."""
    with pytest.raises(Unsupported, match=rf"torch-ood-{name} on 'layer1' needs .* Use the view in front of the"):
        scorer_of(replace(NAMED[name], view="layer1"))


@each_on_subject
def test_a_view_without_logits_is_refused(detector: Any) -> None:
    """It says which views there are, and one that would do."""
    here = world()
    with pytest.raises(Unsupported, match=rf"{detector.name} needs .* offers 'pixels'\. Use 'layer2'"):
        fitted(replace(detector, view="pixels"), here.normal, {"pixels": lambda images: images})


@each_on_subject
def test_one_class_is_refused(detector: Any) -> None:
    """There is nothing between which a network could be unsure."""
    with pytest.raises(Unsupported, match=f"{detector.name} needs logits of two classes"):
        scorer_of(detector, logits=lambda images: world().looks["logits"](images)[:, :1])


@pytest.mark.parametrize("name", ["multi-mahalanobis", "gram"])
def test_logits_alone_are_no_layers(name: str) -> None:
    """Methods of several layers need one at least."""
    with pytest.raises(Unsupported, match="needs a view beside the logits"):
        fitted(replace(NAMED[name], view="logits"), world().normal, {"logits": world().looks["logits"]})


@pytest.mark.parametrize("name", ["odin", "mahalanobis-odin"])
def test_a_view_that_stops_gradients_is_refused(name: str) -> None:
    """Where the way from the image is not torch's, there is no slope."""
    looks = {view: lambda images, look=look: look(images).detach() for view, look in world().looks.items()}
    with pytest.raises(Unsupported, match=f"torch-ood-{name} needs the gradient"):
        scorer_of(NAMED[name], **looks)


@pytest.mark.parametrize("name", ["multi-mahalanobis", "gram"])
def test_maps_are_layers_too(name: str) -> None:
    """A layer of n×channels×height×width is taken as the library takes it."""

    def maps(images: Tensor) -> Tensor:
        return torch.nn.functional.avg_pool2d(images, 14).repeat(1, 3, 1, 1)

    assert scorer_of(NAMED[name], maps=maps)(world().shown).isfinite().all()


@pytest.mark.parametrize("name", ["ash", "scale", "lts"])
def test_where_nothing_fires_the_energy_is_as_it_is(name: str) -> None:
    """The library divides 0 by 0 there."""
    here = world()
    silent = dict(here.looks)
    silent["layer2"] = lambda images: here.looks["layer2"](images) * (images.flatten(1).sum(1, keepdim=True) > 0)
    head = here.network[-1]
    silent["logits"] = lambda images: head(silent["layer2"](images))
    (score,) = fitted(NAMED[name], here.normal, silent)(torch.zeros(1, 1, 28, 28))
    torch.testing.assert_close(score, -torch.logsumexp(head.bias.detach(), 0), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["msp", "entropy", "energy", "max-logit", "gen", "kl-matching", "openmax"])
def test_what_is_no_view_of_logits_is_refused(name: str) -> None:
    """Pixels would be taken for logits, and scored for nothing; a stranger's view of logits is taken by its name."""
    here = world()
    with pytest.raises(Unsupported, match=rf"^torch-ood-{name} needs the logits .* 'layer1' is no view of such"):
        replace(NAMED[name], view="layer1").fit(here.looks["layer1"](here.normal).detach(), seed=0)
    logits = here.looks["logits"](here.normal).detach()
    assert replace(NAMED[name], view="acme-logits").fit(logits, seed=0)(logits).shape == (len(logits),)


@pytest.mark.parametrize("name", ["ash", "scale"])
def test_negative_features_are_refused(name: str) -> None:
    """A sum of them may be 0, and what is divided by it anything."""
    here = world()
    shifted = {**here.looks, "layer2": lambda images: here.looks["layer2"](images) - 1.0}
    with pytest.raises(Unsupported, match="not negative"):
        fitted(NAMED[name], here.normal, shifted)


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        ("msp", {"temperature": 0.0}, r"temperature=0.0; expected from 1e-06 to 1e\+06"),
        ("odin", {"temperature": 1e30}, r"temperature=1e\+30; expected from 1e-06 to 1e\+06"),
        ("dice", {"dropped": 1.5}, "dropped=1.5; expected from 0 to 1"),
        ("knn", {"k": 0}, "k=0; expected 1 or more"),
        ("knn", {"most": 0}, "most=0; expected 1 or more"),
        ("vra", {"low": 0.9, "high": 0.1}, "low=0.9 and high=0.1"),
        ("ash", {"variant": "ash-x"}, "variant='ash-x'; expected one of ash-b, ash-p, ash-s"),
        ("ash", {"percentile": 1.0}, "percentile=1.0; expected from 0 to 0.98"),
    ],
)
def test_a_wrong_setting_is_refused(name: str, changed: dict[str, Any], said: str) -> None:
    """By the detector's name, before anything runs."""
    with pytest.raises(UsageError, match=f"detector 'torch-ood-{name}': got {said}"):
        replace(NAMED[name], **changed)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@each
def test_on_cuda_scores_are_those_of_a_processor(detector: Any) -> None:
    """They stay on the device."""
    here = world()
    there = World(here.network, on_cuda(here), *(images.cuda() for images in (here.normal, here.others, here.held_out)))
    scores = fitted(detector, there.normal, there.looks)(there.shown)
    assert scores.device.type == "cuda"
    processor = known(detector.name)(here.shown)
    torch.testing.assert_close(scores.cpu(), processor, rtol=0.01, atol=0.01 * float(processor.std()))


def on_cuda(here: World) -> Any:
    """Return the looks of the same network on a GPU."""
    network = copy.deepcopy(here.network).cuda()
    return {"layer1": up_to(network, 2), "layer2": up_to(network, 4), "logits": up_to(network, 5)}
