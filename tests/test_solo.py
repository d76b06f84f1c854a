"""One detector on images from outside: by the protocol of a run, to the bit, and guarded as there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from toy_plugins import Hostile, ToyImages

import benchkit
from benchkit import PluginError, Unsupported, UsageError
from benchkit.data import to_levels
from benchkit.registry import Registry, load_registry, settings_of
from benchkit.runner import RunSettings
from benchkit.runner.solo import BroughtAlong, Solo, solo_for

TOYS = Path(__file__).with_name("toy_plugins.py")
CPU = RunSettings(device="cpu")


@pytest.fixture(scope="module")
def registry() -> Registry:
    """The toys beside what is installed."""
    return load_registry(files=[TOYS])


@pytest.fixture(scope="module")
def images() -> Tensor:
    """The toy test images as grey levels."""
    return to_levels(ToyImages().load().test.images)


def alone(registry: Registry, detector: str | benchkit.Detector, **more: Any) -> Solo:
    """Return the detector on the toy images."""
    return solo_for(registry, **{"dataset": "toy", "changes": {}, "settings": CPU, **more}, detector=detector)


@pytest.mark.parametrize("detector", ["brightness", "brightness@columns", "global-draw"])
@pytest.mark.parametrize("held_out", [frozenset(), frozenset({3})])
def test_threshold_and_scores_are_those_of_a_run(
    detector: str, held_out: frozenset[int], registry: Registry, images: Tensor, tmp_path: Path
) -> None:
    """Same split, calibration, policy and seed: the run's numbers, to the bit, also for one that draws at random."""
    settings = RunSettings(device="cpu", seeds=(5,), threshold="zscore:2")
    run = benchkit.run(
        dataset="toy", detectors=[detector], anomalies=["class-three" if held_out else "brighter"], seeds=[5],
        threshold="zscore:2", device="cpu", timing_seconds=0.01, plugins=[TOYS], out=tmp_path, name="x",
    )  # fmt: skip
    cell = run.cells.iloc[0]
    stored = run.scores(dataset="toy", detector=detector, anomaly=cell["anomaly"], seed=5)
    solo = alone(registry, detector, settings=settings)
    scored = solo.score(images, normal=solo.classes(held_out=held_out))
    assert scored.n_train == cell["n_train"]
    assert (scored.threshold.high, scored.threshold.low) == (cell["threshold"], cell["threshold_low"])
    np.testing.assert_array_equal(scored.calibration, stored["calibration"])
    assert set(stored["normal"]) <= set(scored.scores)


def test_settings_are_changed_as_in_a_run(registry: Registry, images: Tensor) -> None:
    """``--set`` reaches the detector and the data set."""
    plain = alone(registry, "brightness").score(images)
    changed = alone(registry, "brightness", changes={"brightness": {"scale": 2.0}, "toy": {"n_train": 200}})
    scored = changed.score(images)
    assert scored.n_train == 180
    assert len(scored.calibration) == 20
    assert scored.scores.max() == pytest.approx(2 * plain.scores.max(), rel=0.1)


def test_rank_and_verdict_come_from_calibration_alone(registry: Registry, images: Tensor) -> None:
    """The share of normal scores that are lower, and what lies above the threshold."""
    scored = alone(registry, "brightness").score(images[:50])
    for score, share, flagged in zip(scored.scores, scored.share_below, scored.flagged, strict=True):
        assert share == np.mean(scored.calibration < score)
        assert flagged == (score > scored.threshold.high)
    assert np.all(np.diff(scored.scores[scored.most_anomalous_first]) <= 0)


def test_one_image_is_enough(registry: Registry, images: Tensor) -> None:
    """And scores as it does among others."""
    solo = alone(registry, "brightness")
    np.testing.assert_array_equal(solo.score(images[7:8]).scores, solo.score(images).scores[7:8])


@pytest.mark.parametrize(
    ("named", "left", "classes"),
    [((), (), None), ((7,), (), {7}), ((), (3, 4), set(range(10)) - {3, 4}), ((1, 2), (2,), {1})],
)
def test_normal_classes_are_those_named_less_those_held_out(
    named: tuple[int, ...], left: tuple[int, ...], classes: set[int] | None, registry: Registry
) -> None:
    """Neither named nor held out: all, as in a run."""
    assert alone(registry, "brightness").classes(frozenset(named), frozenset(left)) == classes


@pytest.mark.parametrize(
    ("named", "left", "said"), [((17,), (), "got 17; expected some of"), ((), tuple(range(10)), "none that is normal")]
)
def test_classes_that_are_not_there_are_refused(
    named: tuple[int, ...], left: tuple[int, ...], said: str, registry: Registry
) -> None:
    """The message lists those that are."""
    with pytest.raises(UsageError, match=said):
        alone(registry, "brightness").classes(frozenset(named), frozenset(left))


@pytest.mark.parametrize("fault", ["raise", "exit", "mutate", "no-scorer", "nan", "short", "score-raises", "memory"])
def test_a_fault_of_the_detector_is_a_plugin_error(fault: str, registry: Registry, images: Tensor) -> None:
    """Whatever it does wrong, in ``fit`` or when it scores: one paragraph with its name."""
    with pytest.raises(PluginError, match="Hostile 'hostile'"):
        alone(registry, Hostile(fault=fault)).score(images)


def test_a_fault_of_the_view_is_a_plugin_error(registry: Registry, images: Tensor) -> None:
    """The view's name, not the detector's."""
    with pytest.raises(PluginError, match="BrokenView 'broken-view': fit: got RuntimeError: this view is broken"):
        alone(registry, "brightness@broken-view").score(images)


def test_what_a_detector_cannot_do_is_said(registry: Registry, images: Tensor) -> None:
    """No error of its own."""
    with pytest.raises(Unsupported, match="needs colour images"):
        alone(registry, Hostile(fault="unsupported")).score(images)


def test_one_detector_is_asked_for(registry: Registry) -> None:
    """A pattern that several match, an unknown name and an unknown field are refused."""
    for detector, said in (("*-*", "expected one"), ("brigthness", "Did you mean 'brightness'")):
        with pytest.raises(UsageError, match=said):
            alone(registry, detector)
    with pytest.raises(UsageError, match="scales"):
        alone(registry, "brightness", changes={"brightness": {"scales": 1}})


@dataclass(frozen=True)
class Mirror(benchkit.Detector):
    """Reconstructs an image as its negative, or fails to."""

    name: str = "mirror"
    fault: bool = False

    def fit(self, normal: Tensor, *, seed: int) -> Any:
        """Remember nothing."""
        return _Mirroring(self.fault)


@dataclass
class _Mirroring:
    fault: bool

    def __call__(self, inputs: Tensor) -> Tensor:
        return inputs.flatten(1).mean(1)

    def reconstruct(self, inputs: Tensor) -> Tensor:
        if self.fault:
            raise ValueError("no mirror")
        return 1 - inputs


def test_reconstructions_are_those_of_the_images_asked_for(registry: Registry, images: Tensor) -> None:
    """In the order of the positions."""
    solo = alone(registry, Mirror())
    solo.score(images)
    again, note = solo.again(np.array([4, 2]))
    np.testing.assert_array_equal(again, 255 - images[[4, 2]].numpy())
    assert note == ""


@pytest.mark.parametrize(("detector", "said"), [("brightness", ""), (Mirror(fault=True), "no mirror")])
def test_without_reconstructions_there_are_none(
    detector: str | benchkit.Detector, said: str, registry: Registry, images: Tensor
) -> None:
    """A detector that makes none, and one that fails to: the scores stand, and a note says why."""
    solo = alone(registry, detector)
    assert len(solo.again(np.array([0]))[0]) == 0
    assert len(solo.score(images).scores) == len(images)
    again, note = solo.again(np.array([0]))
    assert again.shape == (0, 1, 8, 8)
    assert said in note


def test_what_was_brought_is_known_by_its_content(images: Tensor) -> None:
    """Two different sets of images are two different anomalies to a protocol hash."""
    assert settings_of(BroughtAlong(images=images)) != settings_of(BroughtAlong(images=images[1:]))
    assert torch.equal(BroughtAlong(images=images).generate(ToyImages().load().test, seed=0), images)
