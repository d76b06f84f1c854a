"""The kit's checks of data sets: each finds its own fault and no other, and honest ones pass them all."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import benchkit_digits
import benchkit_fashion_mnist
import benchkit_garments
import benchkit_mnist
import numpy as np
import pytest
import torch
from kit_helpers import failed, findings
from torch import Tensor

import benchkit
from benchkit import LabelledImages, RemoteFile, Splits
from benchkit.data import to_levels
from benchkit.registry import load_registry
from benchkit.testing.checks import Finding
from benchkit.testing.datasets import CHECKS, DatasetSpecimen

SHA = "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"


@dataclass(frozen=True)
class Honest(benchkit.Dataset):
    """Two classes of noise, in float32."""

    name: str = "honest"
    count: int = 120

    def load(self) -> Any:
        """Draw them from a fixed seed."""
        draw = torch.Generator().manual_seed(0)
        return Splits(self.part(self.count, draw), self.part(self.count // 2, draw))

    def part(self, count: int, draw: torch.Generator) -> LabelledImages:
        """Return one split."""
        return LabelledImages(torch.rand(count, 1, 9, 7, generator=draw), torch.arange(count) % 2)


class Bytes(Honest):
    """The same as grey levels."""

    def part(self, count: int, draw: torch.Generator) -> LabelledImages:
        """Return one split."""
        part = super().part(count, draw)
        return LabelledImages(to_levels(part.images), part.labels)


def _raise(said: str = "this data set is broken") -> Any:
    raise ValueError(said)


def changed(splits: Splits, images: Callable[[Tensor], Tensor]) -> Splits:
    """Return splits with other images."""
    train, test = (LabelledImages(images(part.images), part.labels) for part in (splits.train, splits.test))
    return Splits(train, test)


def labelled(splits: Splits, labels: Callable[[Tensor], Tensor], *, test_too: bool = True) -> Splits:
    """Return splits with other labels."""
    train = splits.train if not test_too else LabelledImages(splits.train.images, labels(splits.train.labels))
    return Splits(train, LabelledImages(splits.test.images, labels(splits.test.labels)))


def with_test(splits: Splits, change: Callable[[Splits], LabelledImages]) -> Splits:
    """Return splits with other test images."""
    return Splits(splits.train, change(splits))


CALLS = itertools.count()

FAULTS: dict[str, tuple[str, Callable[[Splits], Any]]] = {
    "raises": ("loads", lambda splits: _raise()),
    "a tuple": ("loads", lambda splits: (splits.train, splits.test)),
    "truncated": ("loads", lambda splits: LabelledImages(splits.train.images[:3], splits.train.labels)),
    "two sizes": (
        "one-size",
        lambda splits: with_test(splits, lambda s: LabelledImages(s.test.images[..., 1:], s.test.labels)),
    ),
    "no pixels": ("one-size", lambda splits: changed(splits, lambda images: images[..., :0])),
    "no test": ("enough-images", lambda splits: with_test(splits, lambda s: s.test.select(torch.arange(0)))),
    "few": ("enough-images", lambda splits: replace(splits, train=splits.train.select(torch.arange(19)))),
    "elsewhere": ("on-the-processor", lambda splits: changed(splits, lambda images: images.to("meta"))),
    "labels elsewhere": ("on-the-processor", lambda splits: labelled(splits, lambda labels: labels.to("meta"))),
    "too bright": ("pixel-range", lambda splits: changed(splits, lambda images: 255 * images)),
    "no number": ("pixel-range", lambda splits: changed(splits, lambda images: images / 0)),
    "from minus one": ("labels-from-zero", lambda splits: labelled(splits, lambda labels: labels - 1)),
    "unseen class": (
        "test-classes-are-trained",
        lambda splits: labelled(splits, lambda labels: labels + 1, test_too=False),
    ),
    "the same again": (
        "splits-are-disjoint",
        lambda splits: with_test(splits, lambda s: s.train.select(torch.arange(60))),
    ),
    "one in thirty": (
        "splits-are-disjoint",
        lambda splits: with_test(
            splits,
            lambda s: LabelledImages(torch.cat([s.train.images[:2], s.test.images[2:]]), s.test.labels),
        ),
    ),
    "one again and again": (
        "images-show-something",
        lambda splits: Splits(
            LabelledImages(splits.train.images[:1].repeat(120, 1, 1, 1), splits.train.labels), splits.test
        ),
    ),
    "blank": (
        "images-show-something",
        lambda splits: changed(splits, lambda images: images[..., :1, :1].expand_as(images).clone()),
    ),
    "another each time": ("same-images-again", lambda splits: changed(splits, lambda images: _nudged(images))),
    "draws": ("random-state-untouched", lambda splits: (torch.rand(1), splits)[1]),
    "seeds numpy": ("random-state-untouched", lambda splits: (np.random.seed(0), splits)[1]),
    "draws by python": ("random-state-untouched", lambda splits: (random.random(), splits)[1]),
    "a thread": (
        "nothing-left-running",
        lambda splits: (threading.Thread(target=time.sleep, args=(0.5,)).start(), splits)[1],
    ),
    "default type": ("process-untouched", lambda splits: (torch.set_default_dtype(torch.float64), splits)[1]),
}
"""What is returned instead of honest splits, and the check that it is for."""


def _nudged(images: Tensor) -> Tensor:
    """Return images of which one pixel is another at each call."""
    images = images.clone()
    images[0, 0, 0, 0] = (next(CALLS) % 1000) / 1000
    return images


@dataclass(frozen=True)
class Broken(Honest):
    """Does one thing wrong, named by ``fault``."""

    fault: str = ""

    def load(self) -> Any:
        """Do it."""
        return FAULTS[self.fault][1](super().load())


KEPT = Honest().load()


class Keeps(Honest):
    """Returns the same tensors at each call."""

    def load(self) -> Any:
        """Return what everybody has."""
        return KEPT


class KeepsViews(Honest):
    """Returns other tensors at each call that lie in the same memory."""

    def load(self) -> Any:
        """Return views of what everybody has."""
        return Splits(LabelledImages(KEPT.train.images[:], KEPT.train.labels.clone()), super().load().test)


class Filed(Honest):
    """Is made of files, as it says; reads none of them."""

    def files(self) -> Any:
        """Return one that is there as far as anybody can see."""
        return self.listed(RemoteFile("honest/images", SHA, ("https://example.org/images.gz",), 100))

    def listed(self, file: RemoteFile) -> Any:
        """Return the list."""
        return [file]


class Misfiled(Filed):
    """Says something wrong of its files, named by ``fault``."""

    def files(self) -> Any:
        """Say it."""
        return WRONG_FILES[self.name.removeprefix("honest-")](*super().files())


WRONG_FILES: dict[str, Callable[[RemoteFile], Any]] = {
    "no-digits": lambda file: [replace(file, sha256="unknown")],
    "zeros": lambda file: [replace(file, sha256="0" * 64)],
    "empty": lambda file: [replace(file, size=0)],
    "nowhere": lambda file: [replace(file, urls=())],
    "by-hand": lambda file: [replace(file, urls=("ask me",))],
    "twice": lambda file: [file, file],
    "paths": lambda file: [file.path],
    "none": lambda file: None,
    "raises": lambda file: _raise(),
}


@dataclass(frozen=True)
class Grows(Honest):
    """Has more images than it was told."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "count", self.count + 2)


class StaysAtHome(Honest):
    """Cannot be sent."""

    def __reduce__(self) -> Any:
        raise TypeError("this data set stays at home")


CASES: dict[str, tuple[str, benchkit.Dataset]] = {
    **{fault: (check, Broken(fault=fault)) for fault, (check, _) in FAULTS.items()},
    **{f"files {wrong}": ("files", Misfiled(f"honest-{wrong}")) for wrong in WRONG_FILES},
    "keeps": ("each-load-its-own", Keeps()),
    "keeps views": ("each-load-its-own", KeepsViews()),
    "grows": ("settings-recorded", Grows()),
    "stays at home": ("reaches-worker", StaysAtHome()),
}
"""One broken data set for each fault, and the only check that it fails."""


@pytest.fixture
def files_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the file of ``Filed`` where data are looked for."""
    (tmp_path / "honest").mkdir()
    (tmp_path / "honest" / "images").write_bytes(b"x" * 100)
    monkeypatch.setenv("BENCHKIT_DATA", str(tmp_path))
    return tmp_path


def examined(dataset: benchkit.Dataset) -> dict[str, Finding]:
    """Carry out all checks."""
    return findings(dataset, CHECKS, DatasetSpecimen)


@pytest.mark.usefixtures("files_here")
@pytest.mark.parametrize("fault", CASES)
def test_a_fault_is_found_by_its_own_check_alone(fault: str) -> None:
    """A data set that breaks one promise fails one check, whose message names the plugin."""
    check, dataset = CASES[fault]
    found = failed(examined(dataset))
    assert set(found) == {check}
    assert f"'{dataset.name}': " in found[check]
    assert "expected" in found[check]


def test_each_check_has_a_data_set_that_fails_it() -> None:
    """No check is there that nothing can fail, and each says what it protects from."""
    assert {check for check, _ in CASES.values()} == {check.name for check in CHECKS}
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.protects for check in CHECKS)


@pytest.mark.usefixtures("files_here")
@pytest.mark.parametrize("dataset", [Honest(), Bytes(), Filed()], ids=lambda dataset: type(dataset).__name__)
def test_an_honest_data_set_passes_every_check(dataset: benchkit.Dataset) -> None:
    """Of floats, of bytes, and one made of files; without files there is nothing to say of them."""
    states = {name: finding.state for name, finding in examined(dataset).items()}
    expected = set() if dataset.files() else {"files"}
    assert {name for name, state in states.items() if state != "passed"} == expected


def test_files_that_are_missing_are_asked_for_and_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is loaded: each check says how to bring them; what needs no images is checked."""
    monkeypatch.setenv("BENCHKIT_DATA", str(tmp_path))
    monkeypatch.setenv("BENCHKIT_CACHE", str(tmp_path))
    monkeypatch.setattr(Filed, "load", lambda self: _raise("loaded"))
    found = examined(Filed())
    assert {name for name, finding in found.items() if finding.state != "not run"} == {
        "files",
        "settings-recorded",
        "reaches-worker",
    }
    assert "`benchkit data fetch honest`" in found["loads"].said
    assert failed(found) == {}


class Refuses(Honest):
    """Cannot be loaded."""

    def load(self) -> Any:
        """Say why."""
        raise benchkit.Unsupported("ask the hospital for the images")


def test_a_data_set_that_says_why_it_cannot_be_loaded_is_unsupported() -> None:
    """The reason stands where a result would."""
    found = examined(Refuses())
    assert failed(found) == {}
    assert (found["loads"].state, found["loads"].said) == ("unsupported", "ask the hospital for the images")


def test_a_single_image_in_both_splits_is_remarked() -> None:
    """A few by mistake are no fault, but they are told."""
    honest = Honest(count=400)
    splits = honest.load()
    images = torch.cat([splits.train.images[:1], splits.test.images[1:]])

    class Almost(Honest):
        def load(self) -> Any:
            return Splits(splits.train, LabelledImages(images, splits.test.labels))

    found = examined(Almost(count=400))["splits-are-disjoint"]
    assert (found.state, found.said) == ("passed", "1 of 200 test images are training images too")


@pytest.mark.slow
@pytest.mark.parametrize("plugin", [benchkit_digits, benchkit_garments], ids=lambda plugin: plugin.__name__)
def test_an_embedded_data_set_passes(plugin: Any) -> None:
    """Every check but that of files, of which there are none."""
    (dataset,) = plugin.benchkit_datasets()
    states = {name: finding.state for name, finding in examined(dataset).items()}
    assert {name for name, state in states.items() if state != "passed"} == {"files"}


@pytest.mark.real
@pytest.mark.parametrize("plugin", [benchkit_mnist, benchkit_fashion_mnist], ids=lambda plugin: plugin.__name__)
def test_a_published_data_set_passes(plugin: Any) -> None:
    """Every check, without a remark: no test image is a training image."""
    for dataset in plugin.benchkit_datasets():
        found = examined(dataset)
        assert {(finding.state, finding.said) for finding in found.values()} == {("passed", "")}


def test_these_are_all_built_in_data_sets() -> None:
    """None is forgotten above."""
    offers = load_registry().datasets.values()
    names = {"digits", "fashion-mnist", "garments", "mnist", "mnist-1000"}
    assert {offer.item.name for offer in offers if offer.distribution == "benchkit"} == names
