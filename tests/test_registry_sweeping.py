"""Sweeps: variants of a detector, each under a name that says what it was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchkit
from benchkit.contract import NAME_PATTERN
from benchkit.registry import Offer, apply_sweeps, check_not_set


@dataclass(frozen=True)
class Toy(benchkit.Detector):
    """A detector with settings of several types."""

    name: str = "toy"
    hidden: tuple[int, ...] = (50,)
    rate: float = 0.1
    way: str = "adam"
    on: bool = False
    most: int | None = None

    def fit(self, normal: Any, *, seed: int) -> Any:
        """Nobody fits it."""
        raise NotImplementedError


def offers(*items: Toy) -> list[Offer[Any]]:
    """Return objects as a registry offers them."""
    return [Offer(item, "toys", "toys", "1.0") for item in items]


def swept(fields: dict[str, list[Any]], *items: Toy) -> dict[str, Any]:
    """Return the variants of a toy, by name."""
    return {offer.item.name: offer.item for offer in apply_sweeps(offers(*(items or (Toy(),))), {"toy": fields})}


def test_each_value_is_a_detector() -> None:
    """The name tells the field and the value; the object has it; nothing else differs, and the base is gone."""
    found = swept({"hidden": [20, [100, 50, 100]]})
    assert {name: item.hidden for name, item in found.items()} == {
        "toy-hidden-20": (20,),
        "toy-hidden-100-50-100": (100, 50, 100),
    }
    assert {item.rate for item in found.values()} == {0.1}


def test_several_fields_give_every_combination() -> None:
    """In the order in which they were given."""
    assert list(swept({"way": ["adam", "Adagrad"], "on": [True, False]})) == [
        "toy-way-adam-on-true",
        "toy-way-adam-on-false",
        "toy-way-adagrad-on-true",
        "toy-way-adagrad-on-false",
    ]


def test_every_value_makes_a_name() -> None:
    """A fraction, a negative number, nothing, a word of signs."""
    assert list(swept({"rate": [0.001, -1.5]})) == ["toy-rate-0-001", "toy-rate-minus-1-5"]
    assert list(swept({"most": ["none", 3]})) == ["toy-most-none", "toy-most-3"]
    assert list(swept({"way": ["--"]})) == ["toy-way-minus"]


@given(value=st.text(max_size=8))
def test_any_text_makes_a_name_that_may_be_one(value: str) -> None:
    """It becomes part of a file's name."""
    (name,) = swept({"way": [value]})
    assert NAME_PATTERN.fullmatch(name)


def test_a_detector_on_another_view_is_swept_before_its_view() -> None:
    """The view stays behind the name; other detectors stay as they are."""
    items = (Toy(name="toy@layer1", view="layer1"), Toy(name="other"))
    assert list(swept({"rate": [1, 2]}, *items)) == ["toy-rate-1@layer1", "toy-rate-2@layer1", "other"]


@pytest.mark.parametrize(
    ("sweeps", "said"),
    [
        ({"tyo": {"rate": [1]}}, r"'tyo', which is no selected detector; expected one of toy.*Did you mean 'toy'"),
        ({"toy": {"hiden": [1]}}, r"unknown field 'hiden'.*Did you mean 'hidden'"),
        ({"toy": {"hidden": []}}, r"no values for toy.hidden"),
        ({"toy": {"rate": ["fast"]}}, r"rate = 'fast'"),
        ({"toy": {"way": ["a+b", "a b"]}}, r"two detectors called 'toy-way-a-b'"),
        ({"toy": {"name": ["x"]}}, r"'name' cannot be set"),
    ],
)
def test_what_cannot_be_swept_is_named(sweeps: dict[str, Any], said: str) -> None:
    """The name with close matches, the field with close matches, the value with what fits."""
    with pytest.raises(benchkit.UsageError, match=said):
        apply_sweeps(offers(Toy()), sweeps)


def test_a_variant_may_not_be_called_like_another_detector() -> None:
    """Two rows of one name would be one."""
    with pytest.raises(benchkit.UsageError, match="two detectors called 'toy-rate-1'"):
        swept({"rate": [1]}, Toy(), Toy(name="toy-rate-1"))


def test_a_field_is_set_or_swept() -> None:
    """Both at once would leave a setting on record that no detector had; other fields may be set beside a sweep."""
    for pattern in ("toy", "to*"):
        with pytest.raises(benchkit.UsageError, match=r"toy\.rate, which is set as well, to 3"):
            check_not_set({"toy": {"rate": [1, 2]}}, {pattern: {"rate": 3}})
    check_not_set({"toy": {"rate": [1, 2]}}, {"toy": {"on": True}, "other": {"rate": 3}})
