"""Views of a task: trained once, looked through once an image, and said to be at work while they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor
from toy_plugins import BrokenView, ToyImages, ToyView

import benchkit
from benchkit.registry import Offer
from benchkit.runner.ledger import Ledger
from benchkit.runner.views import ViewRoom

FITS: list[str] = []


@dataclass(frozen=True)
class Counted(ToyView):
    """Notes each training; has a setting that cannot be hashed."""

    layers: list[int] = field(default_factory=list)

    def fit(self, normal: benchkit.LabelledImages, *, seed: int) -> Mapping[str, Callable[[Tensor], Tensor]]:
        """Note it."""
        FITS.append(self.name)
        return super().fit(normal, seed=seed)


@pytest.fixture
def said() -> list[tuple[str, str]]:
    """What the ledger announced."""
    return []


@pytest.fixture
def room(said: list[tuple[str, str]]) -> ViewRoom:
    """A room with two views of one object and a broken one."""
    FITS.clear()
    view = Offer(Counted(), "toys", "", "")
    offers = {"toy-pixels": view, "columns": view, "broken-view": Offer(BrokenView(), "toys", "", "")}
    ledger = Ledger(torch.device("cpu"), announce=lambda kind, of: said.append((kind, of)))
    return ViewRoom(offers, ToyImages(n_train=60, n_test=40).load().train, 0, ledger)


IMAGES = torch.rand(5, 1, 8, 8)


def test_an_object_is_trained_once_for_all_its_views(room: ViewRoom) -> None:
    """Whoever looks there first pays; an equal copy of the object, as a worker receives it each time, is the same."""
    room.inputs("columns", "train", IMAGES)
    room.views = {**room.views, "toy-pixels": Offer(Counted(), "toys", "", "")}
    room.inputs("toy-pixels", "train", IMAGES)
    assert FITS == ["toy-view"]
    assert room.fit_seconds("columns") == room.fit_seconds("toy-pixels")
    assert room.fit_seconds("nobody") is None


def test_inputs_are_kept_while_their_view_is_in_use(room: ViewRoom) -> None:
    """The same tensor for the same key; another view makes room."""
    first = room.inputs("columns", "train", IMAGES)
    assert room.inputs("columns", "train", IMAGES) is first
    room.inputs("toy-pixels", "train", IMAGES)
    again = room.inputs("columns", "train", IMAGES)
    assert again is not first
    assert torch.equal(again, first)


def test_only_training_is_announced_with_a_name(room: ViewRoom, said: list[tuple[str, str]]) -> None:
    """A process that dies while it looks may die of what its detector has taken, and gives nobody's view a bad name."""
    room.inputs("columns", "train", IMAGES)
    assert set(said) == {("view", "toy-view"), ("view", "")}
    said.clear()
    room.inputs("columns", "test", IMAGES)
    assert said == [("view", "")]


def test_a_view_that_failed_fails_again_without_being_trained_again(room: ViewRoom) -> None:
    """Each detector that looks there meets the same error."""
    for _ in range(2):
        with pytest.raises(RuntimeError, match="this view is broken"):
            room.inputs("broken-view", "train", IMAGES)


def test_a_view_that_nobody_offers_is_named(room: ViewRoom) -> None:
    """It says where to look for who is there."""
    with pytest.raises(benchkit.UsageError, match=r"'nobody'.*benchkit plugins"):
        room.inputs("nobody", "train", IMAGES)
