"""What numbers settings may be."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest
from torch import Tensor

from benchkit import ABOVE_ZERO, AT_LEAST_ONE, Detector, Ranges, Scorer, UsageError
from benchkit.ranges import range_text, ranges_of
from benchkit.registry import load_registry


@dataclass(frozen=True)
class Parent(Detector):
    """States ranges of its own."""

    setting_ranges: ClassVar[Ranges] = {"units": AT_LEAST_ONE, "layers": AT_LEAST_ONE}

    units: int | None = 3
    layers: tuple[int, ...] = (4, 5)

    def fit(self, normal: Tensor, *, seed: int) -> Scorer:
        """Not called."""
        raise NotImplementedError


@dataclass(frozen=True)
class Child(Parent):
    """Adds one."""

    setting_ranges: ClassVar[Ranges] = {"share": (ABOVE_ZERO[0], 1.0)}

    share: float = 0.5


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"units": 0}, "units=0; expected 1 or more"),
        ({"layers": (4, 0)}, "layers=0; expected 1 or more"),
        ({"share": 0.0}, "share=0.0; expected above 0, to 1"),
        ({"share": 1.5}, "share=1.5; expected above 0, to 1"),
        ({"share": math.nan}, "share=nan; expected above 0, to 1"),
        ({"share": "half"}, "share='half'; expected above 0, to 1"),
    ],
)
def test_a_setting_out_of_its_range_is_a_usage_error(changed: dict[str, Any], said: str) -> None:
    """When the object is made: who, which setting, what was got and what is expected; a parent's ranges hold too."""
    with pytest.raises(UsageError, match=f"detector 'mine': got {said}"):
        replace(Child("mine"), **changed)


def test_what_lies_within_is_taken() -> None:
    """Both ends belong to the range; None, where a setting may be None, and an empty tuple are let through."""
    assert Child("mine", units=None, layers=(), share=1.0).share == 1.0
    assert Child("mine", units=1).units == 1


def test_a_range_is_told_in_words() -> None:
    """As messages and the list of plugins say it."""
    assert [range_text(*each) for each in (AT_LEAST_ONE, ABOVE_ZERO, (0.0, 1.0))] == [
        "1 or more", "above 0", "from 0 to 1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("detector", "changed"),
    [
        ("isolation-forest", {"trees": 0}),
        ("one-class-svm", {"nu": 2.0}),
        ("pixel-ae", {"epochs": -1}),
        ("pixel-ae", {"learning_rate": 0.0}),
        ("conv-ae", {"latent": 0}),
        ("pyod-iforest", {"n_estimators": 0}),
        ("torch-ood-odin", {"temperature": 0.0}),
        ("torch-ood-odin", {"temperature": 1e30}),
    ],
)
def test_built_in_detectors_refuse_before_any_work(detector: str, changed: dict[str, Any]) -> None:
    """What would fail while fitting, or make every score the same, is refused when it is set."""
    registry = load_registry()
    if detector not in registry.detectors:
        pytest.skip(f"{detector} needs what is not installed")
    with pytest.raises(UsageError, match=rf"detector '{detector}': got {next(iter(changed))}="):
        replace(registry.detectors[detector].item, **changed)


def test_every_range_is_that_of_a_setting() -> None:
    """A misspelt name would check nothing."""
    registry = load_registry()
    offers = (registry.datasets, registry.views, registry.detectors, registry.anomalies)
    for item in (offer.item for kind in offers for offer in kind.values()):
        assert set(ranges_of(type(item))) <= set(vars(item))
