"""The shelf: what was used last stays, as much of it as there is room for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from benchkit.runner.shelf import Shelf


class Makers:
    """Makes tensors and notes which."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.made: list[str] = []

    def get(self, key: str, size: int = 100) -> torch.Tensor:
        """Ask the shelf for ``size`` bytes."""

        def make() -> torch.Tensor:
            self.made.append(key)
            return torch.zeros(size, dtype=torch.uint8)

        return self.shelf.get(key, size, make)


def test_what_is_kept_is_the_same_tensor() -> None:
    """It is made once while there is room."""
    makers = Makers(Shelf(300))
    first = makers.get("a")
    makers.get("b")
    assert makers.get("a") is first
    assert makers.made == ["a", "b"]
    assert makers.shelf.held == 200


def test_the_least_recently_used_makes_room() -> None:
    """Not the oldest: the one that nobody has asked for the longest."""
    makers = Makers(Shelf(300))
    for key in ("a", "b", "c", "a", "d"):
        makers.get(key)
    assert makers.shelf.held == 300
    for key in ("a", "c", "d"):
        makers.get(key)
    assert makers.made == ["a", "b", "c", "d"]
    makers.get("b")
    assert makers.made[-1] == "b"


def test_room_is_made_before_the_new_one_is() -> None:
    """At no moment is more held than there is room for."""
    shelf = Shelf(300)
    held = []
    for number in range(6):
        shelf.get(number, 100, lambda: (held.append(shelf.held), torch.zeros(100, dtype=torch.uint8))[1])
    assert max(held) == 200


def test_one_that_is_larger_is_there_alone() -> None:
    """It can be used, and is kept until the next one is made."""
    makers = Makers(Shelf(300))
    makers.get("a")
    makers.get("large", 1000)
    assert makers.shelf.held == 1000
    makers.get("large", 1000)
    makers.get("b")
    assert makers.made == ["a", "large", "b"]
    assert makers.shelf.held == 100


def test_nothing_is_left_once_it_is_cleared() -> None:
    """Everything is made anew."""
    makers = Makers(Shelf(300))
    makers.get("a").fill_(7)
    makers.shelf.clear()
    assert int(makers.get("a").max()) == 0


@pytest.mark.parametrize(("limited", "needed", "at_any_price", "taken"), [
    (False, 300, False, True), (False, 301, False, False), (False, 301, True, True),
    (True, 300, True, True), (True, 301, True, False), (True, 301, False, False),
])  # fmt: skip
def test_a_limit_holds_at_any_price(limited: bool, needed: int, at_any_price: bool, taken: bool) -> None:
    """Without one, a fit may take more than there is room for, and nothing else may."""
    assert Shelf(300, limited=limited).takes(needed, at_any_price=at_any_price) is taken


def test_it_says_what_would_be_enough() -> None:
    """Half of the device's memory is for what is held, what lies there anyway included."""
    assert Shelf(300, limited=True, beside=50).enough_for(1000) == 2100


@pytest.mark.parametrize("write", [lambda kept: kept.add_(1), lambda kept: kept.numpy().fill(1)])
def test_a_write_into_what_is_kept_is_noticed_until_all_is_made_anew(write: Callable[[torch.Tensor], object]) -> None:
    """Through torch or past it; what has left the shelf is nobody's any more."""
    shelf = Shelf(800)
    kept = shelf.get("a", 400, lambda: torch.zeros(100))
    shelf.get("b", 400, lambda: torch.zeros(100))
    assert shelf.is_whole()
    write(kept)
    assert not shelf.is_whole()
    shelf.get("c", 800, lambda: torch.zeros(200))
    assert shelf.is_whole()
    shelf.get("c", 800, lambda: torch.zeros(200)).add_(1)
    shelf.clear()
    assert shelf.is_whole()
