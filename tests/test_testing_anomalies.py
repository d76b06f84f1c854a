"""The kit's checks of anomaly generators: each finds its own fault and no other, and honest ones pass them all."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import benchkit_adversarial
import benchkit_alterations
import benchkit_corruptions
import benchkit_fashion_mnist
import benchkit_garments
import benchkit_held_out
import benchkit_noise
import benchkit_one_class
import numpy as np
import pytest
import torch
from kit_helpers import failed, findings, is_second, with_second_device
from torch import Tensor

import benchkit
from benchkit.data import to_levels
from benchkit.registry import load_registry
from benchkit.testing import anomalies
from benchkit.testing.anomalies import CHECKS, AnomalySpecimen
from benchkit.testing.checks import Finding

PLUGINS = (
    benchkit_adversarial, benchkit_alterations, benchkit_corruptions, benchkit_fashion_mnist, benchkit_garments,
    benchkit_held_out, benchkit_noise, benchkit_one_class,
)  # fmt: skip
BUILT_IN = [generator for plugin in PLUGINS for generator in plugin.benchkit_anomaly_generators()]

ALL_BUT_THREE = frozenset(range(12)) - {3}


@dataclass(frozen=True)
class Honest(benchkit.AnomalyGenerator):
    """Noise upon normal images, in float32."""

    name: str = "honest"
    sigma: float = 0.2

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Any:
        """Return one noisy image for each."""
        noise = torch.randn(test.images.shape, generator=self.source(seed)).to(test.images.device)
        return (test.images + self.sigma * noise).clamp(0, 1)

    def source(self, seed: int) -> torch.Generator:
        """Return a source of randomness."""
        return benchkit.source_of(self.name, seed)


@dataclass(frozen=True)
class HeldOut(Honest):
    """The images of class 3, as grey levels."""

    normal_labels: frozenset[int] | None = ALL_BUT_THREE
    alters_test: bool = False

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Any:
        """Return them."""
        images = to_levels(test.images[test.labels == 3])
        if not len(images):
            raise benchkit.Unsupported("there is no class 3")
        return images


class Clouds(HeldOut):
    """Other images, which have nothing to do with the test images; one for each."""

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Any:
        """Return grey noise."""
        return torch.rand(test.images.shape, generator=self.source(seed)).to(test.images.device)


def _raise(said: str = "this generator is broken") -> Any:
    raise ValueError(said)


Act = Callable[[benchkit.LabelledImages, Tensor], Any]

FAULTS: dict[str, tuple[str, Act]] = {
    "raises": ("returns-a-tensor", lambda test, made: _raise()),
    "an array": ("returns-a-tensor", lambda test, made: made.numpy()),
    "none": ("at-least-one", lambda test, made: made[:0]),
    "cropped": ("image-shape", lambda test, made: made[:, :, 2:]),
    "no channel": ("image-shape", lambda test, made: made[:, 0]),
    "double": ("pixel-type", lambda test, made: made.double()),
    "elsewhere": ("images-where-test-is", lambda test, made: made.to("meta")),
    "too bright": ("pixel-range", lambda test, made: 2 * made),
    "no number": ("pixel-range", lambda test, made: torch.where(made > 0.9, torch.nan, made)),
    "writes": ("inputs-untouched", lambda test, made: (test.images.mul_(0.5), made)[1]),
    "writes by numpy": ("inputs-untouched", lambda test, made: (test.images.numpy().fill(0.5), made)[1]),
    "writes labels": ("inputs-untouched", lambda test, made: (test.labels.zero_(), made)[1]),
    "draws": ("random-state-untouched", lambda test, made: (torch.rand(1), made)[1]),
    "seeds numpy": ("random-state-untouched", lambda test, made: (np.random.seed(0), made)[1]),
    "draws by python": ("random-state-untouched", lambda test, made: (random.random(), made)[1]),
    "a thread": (
        "nothing-left-running",
        lambda test, made: (threading.Thread(target=time.sleep, args=(0.5,)).start(), made)[1],
    ),
    "gradients": ("process-untouched", lambda test, made: (torch.set_grad_enabled(False), made)[1]),
    "default type": ("process-untouched", lambda test, made: (torch.set_default_dtype(torch.float64), made)[1]),
    "unchanged": ("altered-images-differ", lambda test, made: test.images.clone()),
    "a tenth as it was": ("altered-images-differ", lambda test, made: torch.where(_tenth(made), test.images, made)),
    "hardly changed": ("survives-eight-bits", lambda test, made: (test.images + 5e-4).clamp(0, 1)),
    "one for all": ("images-tell-apart", lambda test, made: made[:1].expand_as(made)),
    "three again and again": ("images-tell-apart", lambda test, made: made[torch.arange(len(made)) % 3]),
    "one size": ("other-sizes", lambda test, made: made.view(-1, 784).view(made.shape)),
    "three at least": ("few-images", lambda test, made: made if len(made) > 2 else _raise()),
    "two classes": (
        "single-class",
        lambda test, made: made if len(made) < 3 or len(test.labels.unique()) > 1 else _raise(),
    ),
    "contrast": ("constant-images", lambda test, made: made if test.images.any() else made / 0),
}
"""What is done or returned instead, and the check that it is for."""


def _tenth(images: Tensor) -> Tensor:
    return (torch.arange(len(images), device=images.device) % 10 == 0)[:, None, None, None]


@dataclass(frozen=True)
class Broken(Honest):
    """Does one thing wrong, named by ``fault``."""

    fault: str = ""

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Any:
        """Do it."""
        return FAULTS[self.fault][1](test, super().generate(test, seed=seed))


class Unrepeatable(Honest):
    """Draws from the machine."""

    def source(self, seed: int) -> torch.Generator:
        """Return another one at each call."""
        return torch.Generator().manual_seed(int.from_bytes(os.urandom(4), "big"))


class Keeps(Honest):
    """Returns the same tensor at each call that is like the first."""

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Any:
        """Remember what was made of images of a shape."""
        return KEPT.setdefault((seed, test.images.shape), super().generate(test, seed=seed))


class Overwrites(Honest):
    """Writes what it makes where it wrote before."""

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Any:
        """Use the same memory for images of a shape."""
        made = super().generate(test, seed=seed)
        return OVERWRITTEN.setdefault(tuple(made.shape), torch.empty_like(made)).copy_(made)


KEPT: dict[Any, Tensor] = {}
OVERWRITTEN: dict[Any, Tensor] = {}


class OneSeed(Honest):
    """Works with the seed 0."""

    def source(self, seed: int) -> torch.Generator:
        """Refuse all others."""
        return super().source(seed) if seed == 0 else _raise()


class OtherElsewhere(Honest):
    """Draws from another source on a GPU."""

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Any:
        """Return other noise there."""
        return super().generate(test, seed=seed + (50 if is_second(test.images.device) else 0))


class KeepsAll(HeldOut):
    """Returns normal images beside the anomalies."""

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Any:
        """Return all."""
        return test.images.clone()


class HardlyOther(HeldOut):
    """Returns normal images that are hardly changed as if they were others."""

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Any:
        """Return them."""
        return (test.images + 5e-4).clamp(0, 1)


@dataclass(frozen=True)
class Grows(Honest):
    """Is noisier than it was told."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "sigma", 1.5 * self.sigma)


class StaysAtHome(Honest):
    """Cannot be sent."""

    def __reduce__(self) -> Any:
        raise TypeError("this generator stays at home")


CASES: dict[str, tuple[str, benchkit.AnomalyGenerator]] = {
    **{fault: (check, Broken(fault=fault)) for fault, (check, _) in FAULTS.items()},
    "unrepeatable": ("same-seed", Unrepeatable()),
    "keeps": ("each-call-its-own", Keeps()),
    "overwrites": ("each-call-its-own", Overwrites()),
    "one seed": ("other-seed", OneSeed()),
    "keeps all": ("normal-labels-obeyed", KeepsAll()),
    "all are normal": ("normal-labels-obeyed", HeldOut(normal_labels=None)),
    "hardly other": ("survives-eight-bits", HardlyOther()),
    "nothing is normal": ("normal-labels", Honest(normal_labels=frozenset())),
    "no label": ("normal-labels", Clouds(normal_labels=frozenset({-1}))),
    "other elsewhere": ("cuda", OtherElsewhere()),
    "grows": ("settings-recorded", Grows()),
    "stays at home": ("reaches-worker", StaysAtHome()),
}
"""One broken generator for each fault, and the only check that it fails."""


def examined(generator: benchkit.AnomalyGenerator) -> dict[str, Finding]:
    """Carry out all checks."""
    return findings(generator, CHECKS, AnomalySpecimen)


@pytest.fixture(autouse=True)
def second_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a device to compare with."""
    with_second_device(monkeypatch, anomalies)


@pytest.mark.parametrize("fault", CASES)
def test_a_fault_is_found_by_its_own_check_alone(fault: str) -> None:
    """A generator that breaks one promise fails one check, whose message names the plugin."""
    check, generator = CASES[fault]
    found = failed(examined(generator))
    assert set(found) == {check}
    assert "'honest': " in found[check]
    assert "expected" in found[check]


def test_each_check_has_a_generator_that_fails_it() -> None:
    """No check is there that nothing can fail, and each says what it protects from."""
    assert {check for check, _ in CASES.values()} == {check.name for check in CHECKS}
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.protects for check in CHECKS)


def test_honest_generators_pass_every_check() -> None:
    """Those that alter images and those that bring others; each check is carried out on one of them."""
    passed: set[str] = set()
    for generator in (
        Honest(),
        HeldOut(),
        Clouds(),
        Clouds(normal_labels=None),
        Honest(normal_labels=frozenset({500})),
    ):
        found = examined(generator)
        assert failed(found) == {}
        passed |= {name for name, finding in found.items() if finding.state == "passed"}
    assert passed == {check.name for check in CHECKS}


def test_what_a_generator_cannot_do_is_no_fault_if_it_says_so() -> None:
    """Where the images have no class 3, the reason stands in the place of a result."""
    found = examined(HeldOut())
    assert (found["single-class"].state, found["single-class"].said) == ("unsupported", "there is no class 3")
    assert found["normal-labels-obeyed"].state == "passed"


class Refuses(Honest):
    """Cannot do anything."""

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Any:
        """Say so."""
        raise benchkit.Unsupported("files are missing")


def test_a_generator_that_lacks_its_files_is_unsupported() -> None:
    """Nothing is said of its anomalies but the reason; its settings are checked all the same."""
    found = examined(Refuses())
    assert failed(found) == {}
    assert {finding.said for finding in found.values() if finding.state == "unsupported"} == {"files are missing"}
    assert found["settings-recorded"].state == "passed"
    assert found["pixel-range"].state == "unsupported"


@pytest.mark.slow
@pytest.mark.parametrize("generator", BUILT_IN, ids=lambda generator: generator.name)
def test_a_built_in_generator_passes(generator: benchkit.AnomalyGenerator) -> None:
    """What it cannot do, it says: too few images or classes, files that are not here."""
    found = examined(generator)
    assert failed(found) == {}
    unsupported = {check for check, finding in found.items() if finding.state == "unsupported"}
    assert unsupported <= {"few-images", "single-class"} or found["returns-a-tensor"].state == "unsupported"


def test_these_are_all_built_in_generators() -> None:
    """None is forgotten above."""
    offers = load_registry().anomalies.values()
    assert {offer.item.name for offer in offers if offer.distribution == "benchkit"} == {each.name for each in BUILT_IN}


def test_settings_that_users_change_are_examined_too() -> None:
    """A copy with another setting is another object: noise that is none is found."""
    assert set(failed(examined(replace(Honest(), sigma=0.0)))) == {"altered-images-differ"}
