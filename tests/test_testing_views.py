"""The kit's checks of views: each finds its own fault and no other, and honest views pass them all."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import benchkit_conv_autoencoder
import benchkit_latent
import benchkit_pixels
import benchkit_principal
import benchkit_subject
import numpy as np
import pytest
import torch
from kit_helpers import failed, findings, is_second, with_second_device
from torch import Tensor

import benchkit
from benchkit.registry import load_registry
from benchkit.testing import view_fits
from benchkit.testing.checks import Finding
from benchkit.testing.views import CHECKS, ViewSpecimen
from benchkit.training import as_rows

PLUGINS = (benchkit_conv_autoencoder, benchkit_latent, benchkit_principal, benchkit_pixels, benchkit_subject)
BUILT_IN = [view for plugin in PLUGINS for view in plugin.benchkit_views()]

REFUSALS = {"subject": {"single-class"}, "pca": {"constant-images"}}
"""What built-in views cannot do: classes to tell apart are needed, or images that differ."""

Looks = Mapping[str, Callable[[Tensor], Tensor]]


@dataclass(frozen=True)
class Honest(benchkit.View):
    """Random projections of images less their mean: two views, all doors, all promises kept."""

    takes_rows: ClassVar[bool] = True

    name: str = "honest"
    columns: int = 6

    def offers(self) -> tuple[str, ...]:
        """Two views of one object."""
        return ("left", "right")

    def fit(self, normal: benchkit.LabelledImages | benchkit.LabelledRows, *, seed: int) -> Looks:
        """Do it."""
        rows = as_rows(normal.images)
        mean = torch.cat([part.flatten(1) for part in rows.chunks(50)]).mean(0)
        weights = torch.randn(2, len(mean), self.columns, generator=self.source(seed)).to(rows.device)
        return {
            name: lambda images, some=some: self.shown(images, (images.flatten(1) - mean) @ some)
            for name, some in zip(self.offers(), weights, strict=True)
        }

    def fit_many(self, normals: Sequence[Any], *, seeds: Sequence[int]) -> list[Looks]:
        """Do it."""
        return [self.fit(normal, seed=seed) for normal, seed in zip(normals, seeds, strict=True)]

    def source(self, seed: int) -> torch.Generator:
        """Return a source of randomness."""
        return benchkit.source_of(self.name, seed)

    def shown(self, images: Tensor, rows: Tensor) -> Any:
        """Return what is shown."""
        return rows


def _raise(said: str = "this view is broken") -> Any:
    raise ValueError(said)


def _graph(images: Tensor, rows: Tensor) -> Tensor:
    with torch.enable_grad():
        return rows * torch.ones(1, requires_grad=True)


def _every_second_reversed(images: Tensor, rows: Tensor) -> Tensor:
    return torch.where(torch.arange(len(rows), device=rows.device)[:, None] % 2 == 0, rows, -rows)


class Lacks(Honest):
    """Forgets one of its views."""

    def fit(self, normal: Any, *, seed: int) -> Looks:
        """Do it."""
        looks = dict(super().fit(normal, seed=seed))
        del looks["right"]
        return looks


class Unrepeatable(Honest):
    """Draws from the machine."""

    def source(self, seed: int) -> torch.Generator:
        """Return a source of randomness."""
        return torch.Generator().manual_seed(int.from_bytes(os.urandom(4), "big"))


class OneSeed(Honest):
    """Works with the seed 0."""

    def source(self, seed: int) -> torch.Generator:
        """Return a source of randomness."""
        return super().source(seed) if seed == 0 else _raise()


class CountsClasses(Honest):
    """Takes the number of classes for the largest label."""

    def fit(self, normal: Any, *, seed: int) -> Looks:
        """Do it."""
        torch.nn.functional.one_hot(normal.labels, int(torch.unique(normal.labels).numel()))
        return super().fit(normal, seed=seed)


class FirstRowsOnly(Honest):
    """Reads no more than the first rows where they come some at a time."""

    def fit(self, normal: Any, *, seed: int) -> Looks:
        """Do it."""
        if isinstance(normal, benchkit.LabelledRows):
            (first, *_) = normal.images.chunks(20)
            normal = benchkit.LabelledImages(first, normal.labels[:20])
        return super().fit(normal, seed=seed)


class OneForAll(Honest):
    """Fits once for all seeds."""

    def fit_many(self, normals: Sequence[Any], *, seeds: Sequence[int]) -> list[Looks]:
        """Do it."""
        return [self.fit(normal, seed=seeds[0]) for normal in normals]


class TooFew(Honest):
    """Returns one for all."""

    def fit_many(self, normals: Sequence[Any], *, seeds: Sequence[int]) -> list[Looks]:
        """Do it."""
        return [self.fit(normals[0], seed=seeds[0])]


class OtherElsewhere(Honest):
    """Draws from another source on a GPU."""

    def fit(self, normal: Any, *, seed: int) -> Looks:
        """Do it."""
        return super().fit(normal, seed=seed + (50 if is_second(normal.images.device) else 0))


@dataclass(frozen=True)
class Grows(Honest):
    """Has a column more than it was given."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "columns", self.columns + 1)


class StaysAtHome(Honest):
    """Cannot be sent."""

    def __reduce__(self) -> Any:
        raise TypeError("this view stays at home")


def _flat_alike(normal: Any) -> None:
    if not isinstance(normal, benchkit.LabelledRows) and float(normal.images.std()) == 0:
        _raise("nothing varies")


IN_FIT: dict[str, tuple[str, Callable[[Any], object]]] = {
    "raises": ("fits", lambda normal: _raise()),
    "one class": ("single-class", lambda normal: _raise() if len(normal.labels.unique()) < 2 else None),
    "two images": ("few-images", lambda normal: _raise() if len(normal) < 3 else None),
    "constant": ("constant-images", _flat_alike),
    "writes": ("inputs-untouched", lambda normal: normal.images.mul_(0.5)),
    "writes by numpy": ("inputs-untouched", lambda normal: normal.images.numpy().fill(0.5)),
    "writes labels": ("inputs-untouched", lambda normal: normal.labels.add_(1)),
    "draws": ("random-state-untouched", lambda normal: torch.rand(1)),
    "seeds numpy": ("random-state-untouched", lambda normal: np.random.seed(0)),
    "threads": ("process-untouched", lambda normal: torch.set_num_threads(torch.get_num_threads() + 1)),
    "a thread": ("nothing-left-running", lambda normal: threading.Thread(target=time.sleep, args=(0.5,)).start()),
    "gradients": ("process-untouched", lambda normal: torch.set_grad_enabled(False)),
}
"""What is done in ``fit`` besides, and the check that it is for."""

IN_SIGHT: dict[str, tuple[str, Callable[[Tensor, Tensor], Any]]] = {
    "sums": ("rows", lambda images, rows: rows.sum(1)),
    "an array": ("rows", lambda images, rows: rows.numpy()),
    "raises at sight": ("rows", lambda images, rows: _raise()),
    "whole numbers": ("rows-are-floats", lambda images, rows: rows.long()),
    "infinite": ("rows-are-finite", lambda images, rows: torch.cat([rows, rows[:, :1] / 0], 1)),
    "elsewhere": ("rows-where-images-are", lambda images, rows: rows.to("meta")),
    "graph": ("no-gradients", _graph),
    "less the batch's mean": ("batches", lambda images, rows: rows - rows.mean(0) if len(rows) else rows),
    "double alone": ("batches", lambda images, rows: rows if len(rows) != 1 else 2 * rows),
    "double in large batches": ("batches", lambda images, rows: rows if len(rows) < 200 else 2 * rows),
    "every second": ("order", _every_second_reversed),
    "squeezed": ("batch-of-one", lambda images, rows: rows.squeeze(0)),
    "narrow alone": ("batch-of-one", lambda images, rows: rows if len(rows) != 1 else rows[:, :3]),
    "none": ("empty-batch", lambda images, rows: rows if len(rows) else _raise()),
    "nothing": ("rows-tell-apart", lambda images, rows: torch.zeros_like(rows)),
    "writes at sight": ("inputs-untouched", lambda images, rows: (images.zero_(), rows)[1]),
    "draws at sight": ("random-state-untouched", lambda images, rows: (random.random(), rows)[1]),
    "one size": ("other-sizes", lambda images, rows: (images.view(-1, 784), rows)[1]),
}
"""What is shown instead of honest rows, and the check that it is for."""


@dataclass(frozen=True)
class Broken(Honest):
    """Does one thing wrong, named by ``fault``. Rows that come some at a time it leaves alone."""

    fault: str = ""

    def fit(self, normal: Any, *, seed: int) -> Looks:
        """Do it when all else is done."""
        looks = super().fit(normal, seed=seed)
        if self.fault in IN_FIT and isinstance(normal, benchkit.LabelledImages):
            IN_FIT[self.fault][1](normal)
        return looks

    def shown(self, images: Tensor, rows: Tensor) -> Any:
        """Do it, or be honest."""
        return IN_SIGHT[self.fault][1](images, rows) if self.fault in IN_SIGHT else rows


CASES: dict[str, tuple[str, Honest]] = {
    **{fault: (check, Broken(fault=fault)) for fault, (check, _) in (IN_FIT | IN_SIGHT).items()},
    "lacks a view": ("fits", Lacks()),
    "unrepeatable": ("same-seed", Unrepeatable()),
    "one seed": ("other-seed", OneSeed()),
    "counts classes": ("missing-class", CountsClasses()),
    "first rows": ("takes-rows", FirstRowsOnly()),
    "one for all": ("fit-many", OneForAll()),
    "too few": ("fit-many", TooFew()),
    "other elsewhere": ("cuda", OtherElsewhere()),
    "grows": ("settings-recorded", Grows()),
    "stays at home": ("reaches-worker", StaysAtHome()),
}
"""One broken view for each fault, and the only check that it fails."""


def examined(view: benchkit.View) -> dict[str, Finding]:
    """Carry out all checks."""
    return findings(view, CHECKS, ViewSpecimen)


@pytest.fixture(autouse=True)
def second_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a device to compare with."""
    with_second_device(monkeypatch, view_fits)


@pytest.mark.parametrize("fault", CASES)
def test_a_fault_is_found_by_its_own_check_alone(fault: str) -> None:
    """A view that breaks one promise fails one check, whose message names the plugin."""
    check, view = CASES[fault]
    found = failed(examined(view))
    assert set(found) == {check}
    assert "'honest': " in found[check]
    assert "expected" in found[check]


def test_each_check_has_a_view_that_fails_it() -> None:
    """No check is there that nothing can fail, and each says what it protects from."""
    assert {check for check, _ in CASES.values()} == {check.name for check in CHECKS}
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.protects for check in CHECKS)


def test_an_honest_view_passes_every_check() -> None:
    """None is left out."""
    states = {name: finding.state for name, finding in examined(Honest()).items()}
    assert {name for name, state in states.items() if state != "passed"} == set()


class Refuses(Honest):
    """Cannot do anything, and says why."""

    def fit(self, normal: Any, *, seed: int) -> Looks:
        """Do it."""
        raise benchkit.Unsupported("colour images are needed")


class RefusesSmall(Honest):
    """Cannot do small images, says so, and fails with large ones."""

    def fit(self, normal: Any, *, seed: int) -> Looks:
        """Do it."""
        side = normal.images.shape[2]
        if side < 28:
            raise benchkit.Unsupported("images of 28×28 pixels at least are needed")
        return super().fit(normal, seed=seed) if side == 28 else _raise()


def test_what_a_view_cannot_do_is_no_fault_if_it_says_so() -> None:
    """Its reason stands in the place of a result; what has nothing to do with images is checked all the same."""
    found = examined(Refuses())
    assert failed(found) == {}
    assert (found["fits"].state, found["fits"].said) == ("unsupported", "colour images are needed")
    assert found["reaches-worker"].state == "passed"


def test_a_refusal_hides_no_fault() -> None:
    """One size is unsupported, another fails: the failure is told."""
    found = failed(examined(RefusesSmall()))
    assert set(found) == {"other-sizes"}
    assert "32×32" in found["other-sizes"]


@pytest.mark.slow
@pytest.mark.parametrize("view", BUILT_IN, ids=lambda view: view.name)
def test_a_built_in_view_passes(view: benchkit.View) -> None:
    """What it cannot do, it says."""
    found = examined(view)
    assert failed(found) == {}
    assert {check for check, finding in found.items() if finding.state == "unsupported"} == REFUSALS.get(
        view.name, set()
    )


def test_these_are_all_built_in_views() -> None:
    """None is forgotten above."""
    offers = load_registry().views.values()
    assert {offer.item.name for offer in offers if offer.distribution == "benchkit"} == {each.name for each in BUILT_IN}
