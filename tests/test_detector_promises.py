"""What every built-in detector promises, each on the view that it looks at."""

from __future__ import annotations

from dataclasses import replace

import benchkit_autoencoder
import benchkit_conv_autoencoder
import benchkit_gaussian
import benchkit_latent_clustering
import benchkit_neighbours
import pytest
import torch
from torch import Tensor
from training_helpers import blobs, noise, random_state_untouched

from benchkit import Detector
from benchkit.training import as_rows

PLUGINS = (
    benchkit_autoencoder, benchkit_conv_autoencoder, benchkit_gaussian, benchkit_latent_clustering, benchkit_neighbours,
)  # fmt: skip
DETECTORS = [detector for plugin in PLUGINS for detector in plugin.benchkit_detectors()]
DETERMINISTIC = {"knn", *(detector.name for detector in benchkit_gaussian.benchkit_detectors())}
"""Nothing is random, or nothing as long as inputs are few."""

each_detector = pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)


def quick(detector: Detector) -> Detector:
    """Return the detector with a training budget fit for a test."""
    return (
        replace(detector, epochs=7, min_images=0, max_images=400)
        if hasattr(detector, "min_images")
        else (replace(detector, epochs=7, max_images=400) if hasattr(detector, "max_images") else detector)
    )


def inputs(detector: Detector, n: int = 60, seed: int = 0) -> Tensor:
    """Return inputs shaped like the detector's view: images, or vectors of 20 numbers."""
    if detector.view == "pixels":
        return blobs(n, seed=seed).images
    return noise(n, 20, seed=seed) @ noise(20, 20, seed=99)


def test_the_twelve_detectors_are_offered() -> None:
    """Every detector of the reference runs is there under its name and looks where its name says."""
    assert {detector.name: detector.view for detector in DETECTORS if detector.by_default} == {
        "pixel-ae": "pixels",
        "pixel-ae-shallow": "pixels",
        "model-state-ae-layer1": "layer1",
        "model-state-ae-layer2": "layer2",
        "conv-ae": "pixels",
        "conv-ae-maxpool": "pixels",
        "gaussian": "pixels",
        "gaussian-layer1": "layer1",
        "gaussian-layer2": "layer2",
        "gaussian-latent": "latent",
        "univariate-gaussian": "pixels",
        "latent-clustering": "latent",
    }


@each_detector
def test_one_seed_one_set_of_scores(detector: Detector) -> None:
    """The same seed scores the same bit for bit, another seed differently unless nothing is random."""
    normal = inputs(detector)
    scores = [quick(detector).fit(normal, seed=seed)(normal) for seed in (3, 3, 4)]
    assert torch.equal(scores[0], scores[1])
    assert torch.equal(scores[0], scores[2]) == (detector.name in DETERMINISTIC)


@each_detector
def test_nothing_outside_is_touched(detector: Detector) -> None:
    """Fitting and scoring leave the global random state, the inputs and the number of threads as found."""
    normal = inputs(detector)
    before, threads = normal.clone(), torch.get_num_threads()
    with random_state_untouched():
        quick(detector).fit(normal, seed=0)(normal)
    assert torch.equal(normal, before)
    assert torch.get_num_threads() == threads


@each_detector
def test_batches_agree_with_the_whole(detector: Detector) -> None:
    """A score depends on its own input: in batches of any size, also of one and of none, it is the same."""
    normal = inputs(detector)
    scorer = quick(detector).fit(normal, seed=0)
    whole = scorer(normal)
    parts = torch.cat([scorer(batch) for batch in (normal[:1], normal[1:1], normal[1:40], normal[40:])])
    assert whole.shape == (60,)
    assert whole.dtype == torch.float32
    assert scorer(normal[:0]).shape == (0,)
    torch.testing.assert_close(parts, whole, rtol=1e-4, atol=1e-5)


@each_detector
def test_far_off_inputs_score_higher(detector: Detector) -> None:
    """Inputs unlike anything seen in training score higher than every normal one."""
    normal = inputs(detector)
    far = 1 - normal if detector.view == "pixels" else normal + 100 * noise(60, 20, seed=5)
    scorer = quick(detector).fit(normal, seed=0)
    assert scorer(far).min() > scorer(inputs(detector, seed=1)).median()
    assert scorer(far).median() > scorer(inputs(detector, seed=1)).max()


@pytest.mark.parametrize("detector", [d for d in DETECTORS if d.takes_rows], ids=lambda detector: detector.name)
def test_rows_are_fitted_as_the_tensor_that_they_stand_for(detector: Detector) -> None:
    """Inputs that come some at a time give the same scores: the same bits, within rounding where they are scaled."""
    normal = inputs(detector, 200)
    scores = quick(detector).fit(normal, seed=3)(normal)
    streamed = quick(detector).fit(as_rows(normal), seed=3)(normal)
    if getattr(detector, "standardise", False):  # mean and deviation are summed up in another order
        torch.testing.assert_close(streamed, scores, rtol=1e-3, atol=1e-4)
    else:
        assert torch.equal(streamed, scores)


def test_all_but_one_take_rows() -> None:
    """Clusters are found among inputs that are there as a whole."""
    assert [detector.name for detector in DETECTORS if not detector.takes_rows] == ["latent-clustering"]


@each_detector
@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_inputs_are_enough(detector: Detector, n: int) -> None:
    """A fit on one or two inputs gives finite scores."""
    few = inputs(detector, n)
    assert quick(detector).fit(few, seed=0)(inputs(detector)).isfinite().all()


@each_detector
def test_constant_features_do_no_harm(detector: Detector) -> None:
    """Inputs of which many features, or all, never vary give finite scores, also where they vary at last."""
    varied = inputs(detector)
    partly = varied.clone()
    partly[:, ..., :4] = 0.5
    for normal in (partly, torch.full_like(varied, 0.5)):
        assert quick(detector).fit(normal, seed=0)(varied).isfinite().all()


@pytest.mark.parametrize("detector", [d for d in DETECTORS if "conv" not in d.name], ids=lambda d: d.name)
def test_any_view_will_do(detector: Detector) -> None:
    """Every detector that flattens its inputs runs on images and on vectors."""
    for normal in (blobs(20).images, noise(20, 7)):
        assert quick(detector).fit(normal, seed=0)(normal).shape == (20,)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@each_detector
def test_on_cuda_scores_are_those_of_a_processor(detector: Detector) -> None:
    """Fitted alone and together with another seed, the scores stay on the device, and rank as a processor's do."""
    normal, shown = inputs(detector, 200), torch.cat([inputs(detector, seed=1), 1 - inputs(detector, seed=2)])
    alone = quick(detector).fit(normal.cuda(), seed=3)(shown.cuda())
    together = quick(detector).fit_many([normal.cuda()] * 2, seeds=[3, 4])[0](shown.cuda())
    processor = quick(detector).fit(normal, seed=3)(shown)
    assert alone.device.type == together.device.type == "cuda"
    assert not alone.requires_grad
    for found in (alone, together):
        torch.testing.assert_close(found.cpu(), processor, rtol=0.05, atol=0.05 * float(processor.std()))
