"""Reading, hashing and changing the settings of plugin objects."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import benchkit
from benchkit.errors import UsageError
from benchkit.registry import Offer, apply_settings, settings_hash, settings_of
from benchkit.registry.settings import changeable


@dataclass(frozen=True)
class Optimiser:
    """A nested record."""

    rate: float = 0.1


@dataclass(frozen=True)
class Rich(benchkit.Detector):
    """Fields of every type that a setting may have."""

    epochs: int = 5
    rate: float = 0.5
    deep: bool = False
    activation: Literal["tanh", "relu"] = "tanh"
    layers: tuple[int, ...] = (100, 50)
    clip: tuple[float, float] = (0.0, 1.0)
    labels: frozenset[int] = frozenset({3, 1, 2})
    limit: int | None = None
    anything: Any = None
    optimiser: Optimiser = field(default_factory=Optimiser)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.epochs < 0:
            raise ValueError("epochs must not be negative")

    def fit(self, normal: Tensor, *, seed: int) -> Callable[[Tensor], Tensor]:
        """Not called."""
        raise NotImplementedError


RICH = Offer(Rich("rich"), "toys", "toys-ad", "1.0")
OTHER = Offer(Rich("other"), "toys", "toys-ad", "1.0")


def test_settings_are_all_fields_as_json_types() -> None:
    """Tuples become lists, sets sorted lists, nested dataclasses dictionaries, and JSON gives them back."""
    settings = settings_of(Rich("rich", rate=float("inf")))
    assert settings == {
        "name": "rich",
        "view": "pixels",
        "epochs": 5,
        "rate": "inf",
        "deep": False,
        "activation": "tanh",
        "layers": [100, 50],
        "clip": [0.0, 1.0],
        "labels": [1, 2, 3],
        "limit": None,
        "anything": None,
        "optimiser": {"rate": 0.1},
    }
    assert json.loads(json.dumps(settings, allow_nan=False)) == settings


def test_a_value_that_cannot_be_recorded_is_refused() -> None:
    """A function as a setting has no honest record."""
    with pytest.raises(UsageError, match=r"Rich\.anything: got a function; expected a setting that can be recorded"):
        settings_of(Rich("rich", anything=lambda: 0))


def test_numbers_of_numpy_are_recorded_as_plain_ones() -> None:
    """Settings that come from a NumPy grid hash like the same numbers typed in."""
    grid = Rich("rich", epochs=np.int64(5), rate=np.float64(0.5), limit=np.int32(3))
    assert settings_hash(grid) == settings_hash(Rich("rich", epochs=5, rate=0.5, limit=3))


def test_the_hash_is_that_of_the_canonical_json() -> None:
    """Twelve hexadecimal digits of SHA-256 over compact JSON with sorted keys: anyone can compute it again."""
    text = json.dumps(settings_of(RICH.item), sort_keys=True, separators=(",", ":"))
    assert settings_hash(RICH.item) == hashlib.sha256(text.encode()).hexdigest()[:12]


@given(st.integers(0, 100), st.floats(allow_nan=False), st.frozensets(st.integers()), st.lists(st.integers()))
def test_equal_objects_have_equal_hashes_and_a_changed_field_another(
    epochs: int, rate: float, labels: frozenset[int], layers: list[int]
) -> None:
    """The hash depends on the values alone, and on every one of them."""
    first = Rich("rich", epochs=epochs, rate=rate, labels=labels, layers=tuple(layers))
    again = Rich("rich", epochs=epochs, rate=rate, labels=frozenset(sorted(labels)), layers=(*layers,))
    assert settings_hash(first) == settings_hash(again)
    assert settings_hash(first) != settings_hash(replace(first, epochs=epochs + 1))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("epochs", 7, 7),
        ("rate", 1, 1.0),
        ("deep", True, True),
        ("activation", "relu", "relu"),
        ("layers", [32], (32,)),
        ("layers", [], ()),
        ("clip", [0, 2], (0.0, 2.0)),
        ("labels", [7, 7], frozenset({7})),
        ("limit", 3, 3),
        ("limit", None, None),
        ("limit", "none", None),
        ("anything", [1, "two"], (1, "two")),
    ],
)
def test_a_value_that_fits_is_set_with_the_fields_own_type(name: str, value: object, expected: object) -> None:
    """Integers serve as floats, lists as tuples and frozen sets, 'none' as None; the other fields stay."""
    (changed,) = apply_settings([RICH], {"rich": {name: value}})
    assert getattr(changed.item, name) == expected
    assert type(getattr(changed.item, name)) is type(expected)
    assert replace(changed, item=replace(changed.item, **{name: getattr(RICH.item, name)})) == RICH


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("epochs", 1.5, r"got epochs = 1\.5 \(float\); expected int, such as 5"),
        ("epochs", True, r"got epochs = True \(bool\); expected int"),
        ("epochs", "7", r"got epochs = '7' \(str\); expected int"),
        ("epochs", -1, "epochs must not be negative"),
        ("rate", False, "expected float"),
        ("deep", 1, "expected bool"),
        ("activation", "sine", "expected typing.Literal"),
        ("layers", [1, "x"], "expected tuple"),
        ("clip", [0], "expected tuple"),
        ("limit", 1.5, r"expected int \| None"),
        ("limit", "nil", r"expected int \| None"),
        ("optimiser", 3, "expected Optimiser"),
        ("epoch", 1, r"unknown field 'epoch'.*Did you mean 'epochs'"),
        ("name", "new", "'name' cannot be set"),
        ("view", "layer1", r"'view' cannot be set.*NAME@VIEW"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(name: str, value: object, said: str) -> None:
    """The message names the detector, the field, what was got and what was expected."""
    with pytest.raises(UsageError, match=f"settings of 'rich': .*{said}"):
        apply_settings([RICH], {"rich": {name: value}})


def test_settings_reach_by_name_glob_and_base_name() -> None:
    """A glob reaches all that match, a detector's own name also its copies on other views; later entries win."""
    first, second = (
        replace(RICH, item=replace(RICH.item, name=f"rich@{view}", view=view)) for view in ("layer1", "layer2")
    )
    settings = {"*": {"epochs": 1}, "rich": {"epochs": 2}, "rich@layer2": {"epochs": 3}}
    assert [offer.item.epochs for offer in apply_settings([OTHER, RICH, first, second], settings)] == [1, 2, 2, 3]


def test_settings_for_nobody_are_refused() -> None:
    """A misspelt name in a configuration would otherwise change nothing, silently."""
    with pytest.raises(UsageError, match=r"'ritch': got a name that matches nothing selected.*Did you mean 'rich'"):
        apply_settings([RICH], {"ritch": {"epochs": 1}})


def test_nothing_is_changed_in_place() -> None:
    """The offers given are as they were."""
    before = settings_hash(RICH.item)
    apply_settings([RICH], {"rich": {"epochs": 99}})
    assert settings_hash(RICH.item) == before


def test_annotations_that_cannot_be_evaluated_fall_back_on_the_present_value() -> None:
    """A plugin that imports the names in its annotations for type checkers only can still be set."""
    namespace = {"__annotations__": {"tries": "OnlyForTypeCheckers"}, "tries": 3, "fit": Rich.fit}
    odd = dataclass(frozen=True)(type("Odd", (benchkit.Detector,), namespace))
    offer = Offer(odd("odd"), "toys", "", "")
    assert apply_settings([offer], {"odd": {"tries": 4}})[0].item.tries == 4
    with pytest.raises(UsageError, match="expected int, such as 3"):
        apply_settings([offer], {"odd": {"tries": "4"}})


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_a_number_without_end_is_refused_by_its_name(value: float) -> None:
    """No file of a run could hold it; the field says so before anything is computed."""
    with pytest.raises(UsageError, match=r"settings of 'rich': got rate = .*expected a finite number"):
        apply_settings([RICH], {"rich": {"rate": value}})


def test_one_value_stands_for_a_tuple_of_it() -> None:
    """``--set pixel-ae-shallow.hidden=50`` is one hidden layer; a tuple of fixed length and a set want a list."""
    from benchkit.registry.conversion import converted

    assert converted(50, tuple[int, ...]) == (50,)
    for hint in (tuple[int, int], frozenset[int]):
        with pytest.raises(TypeError):
            converted(50, hint)


@dataclass(frozen=True)
class Grown(Rich):
    """A class that got a setting after results were published."""

    more: tuple[float, ...] = field(default=(), metadata=benchkit.LATER)


def test_a_setting_that_came_later_leaves_published_hashes() -> None:
    """It is recorded and hashed where it is changed only, and can be changed like any other."""
    before, after = Rich("rich"), Grown("rich")
    assert settings_of(after) == settings_of(before)
    assert settings_hash(after) == settings_hash(before)
    changed = replace(after, more=(0.5,))
    assert settings_of(changed) == {**settings_of(before), "more": [0.5]}
    assert settings_hash(changed) != settings_hash(before)
    (offer,) = apply_settings([Offer(after, "toys", "toys-ad", "1.0")], {"rich": {"more": [0.5]}})
    assert offer.item == changed
    assert [each.default for each in changeable(after) if each.name == "more"] == [[]]
