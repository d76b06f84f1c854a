"""Views of a task: trained once, looked through once an image, and said to be at work while they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import pytest
import torch
from torch import Tensor
from toy_plugins import Brightness, BrokenView, ToyImages, ToyView

import benchkit
from benchkit.registry import Offer
from benchkit.runner.grey_images import GreyImages
from benchkit.runner.ledger import Ledger
from benchkit.runner.protocol import prepare
from benchkit.runner.shelf import Shelf
from benchkit.runner.sight import ViewFaultError
from benchkit.runner.views import ViewRoom

CPU = torch.device("cpu")
NORMAL = prepare(ToyImages(n_train=60, n_test=40), CPU).train.images
FITS: list[str] = []


@dataclass(frozen=True)
class Counted(ToyView):
    """Notes each training; has a setting that cannot be hashed."""

    layers: list[int] = field(default_factory=list)

    def fit(self, normal: benchkit.LabelledImages, *, seed: int) -> Mapping[str, Callable[[Tensor], Tensor]]:
        """Note it."""
        FITS.append(self.name)
        return super().fit(normal, seed=seed)


@dataclass(frozen=True)
class OnRows(Counted):
    """Takes rows."""

    takes_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class TakesRows(Brightness):
    """So does this."""

    takes_rows: ClassVar[bool] = True


@dataclass(frozen=True)
class Wild(benchkit.View):
    """Writes into what it looks at."""

    name: str = "wild"

    def fit(self, normal: benchkit.LabelledImages, *, seed: int) -> Mapping[str, Callable[[Tensor], Tensor]]:
        """Train nothing."""
        return {"wild": lambda images: images.add_(len(images) > 1).flatten(1).sum(1, keepdim=True)}


@dataclass(frozen=True)
class Moody(benchkit.View):
    """Looks at one image, and at several in another way."""

    name: str = "moody"
    fault: str = "raise"

    def fit(self, normal: benchkit.LabelledImages, *, seed: int) -> Mapping[str, Callable[[Tensor], Tensor]]:
        """Train nothing."""

        def look(images: Tensor) -> Tensor:
            if len(images) > 1 and self.fault == "raise":
                raise ValueError("not today")
            return torch.zeros(len(images), 8 if len(images) == 1 else 9)

        return {"moody": look}


def offers_of(view: benchkit.View) -> dict[str, Offer]:
    """Return who offers the two views of a toy."""
    return dict.fromkeys(("toy-pixels", "columns"), Offer(view, "toys", "", ""))


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
    return make_room(said, offers, Shelf(10**6))


def make_room(said: list[tuple[str, str]], offers: dict[str, Offer], shelf: Shelf) -> ViewRoom:
    """Return a room for these views."""
    ledger = Ledger(CPU, announce=lambda kind, of: said.append((kind, of)))
    return ViewRoom(offers, prepare(ToyImages(n_train=60, n_test=40), CPU).train, 0, ledger, shelf)


LEVELS = torch.randint(0, 256, (5, 1, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
IMAGES = GreyImages(LEVELS, CPU)
COLUMNS = (LEVELS.float() / 255).mean(2).flatten(1)


def test_an_object_is_trained_once_for_all_its_views(room: ViewRoom) -> None:
    """Whoever looks there first pays; an equal copy of the object, as a worker receives it each time, is the same."""
    room.inputs("columns", "train", IMAGES)
    room.views = {**room.views, "toy-pixels": Offer(Counted(), "toys", "", "")}
    room.inputs("toy-pixels", "train", IMAGES)
    assert FITS == ["toy-view"]
    assert room.fit_seconds("columns") == room.fit_seconds("toy-pixels")
    assert room.fit_seconds("nobody") is None


def test_inputs_are_kept_while_there_is_room(said: list[tuple[str, str]]) -> None:
    """The same tensor for the same key, whatever was looked at meanwhile; with too little room it is made again."""
    for size, kept in ((10**4, True), (5 * 64 * 4, False)):
        room = make_room(said, offers_of(Counted()), Shelf(size))
        first = room.inputs("columns", "train", IMAGES)
        room.inputs("toy-pixels", "train", IMAGES)
        again = room.inputs("columns", "train", IMAGES)
        assert (again is first) is kept
        assert torch.equal(again, COLUMNS)


def test_rooms_of_the_same_images_share_what_they_show(said: list[tuple[str, str]]) -> None:
    """Floats of the same classes lie on the shelf once, also for another seed and for a view that shows the images."""
    shelf = Shelf(10**6)
    rooms = [make_room(said, offers_of(Counted()), shelf) for _ in range(2)]
    floats = rooms[0].inputs("toy-pixels", "normal", IMAGES)
    assert rooms[1].floats("normal", IMAGES) is floats
    assert torch.equal(floats, IMAGES.floats())
    assert shelf.held == floats.nbytes + NORMAL.float_bytes  # which the view was trained on


def test_what_finds_no_room_is_looked_at_some_at_a_time(said: list[tuple[str, str]]) -> None:
    """Not the training inputs, while nobody has set a limit: whoever wants them as a whole gets them so."""
    shelf = Shelf(100)
    room = make_room(said, offers_of(Counted()), shelf)
    rows = room.inputs("columns", "normal", IMAGES)
    assert not isinstance(rows, torch.Tensor)
    assert (rows.shape, len(rows)) == ((5, 8), 5)
    assert torch.equal(torch.cat(list(rows.chunks(2))), COLUMNS)
    assert torch.equal(rows.take(torch.tensor([4, 0])), COLUMNS[[4, 0]])
    assert torch.equal(torch.cat(list(room.inputs("toy-pixels", "normal", IMAGES).chunks(2))), IMAGES.floats())
    assert isinstance(room.inputs("columns", "train", IMAGES), torch.Tensor)


def test_under_a_limit_training_inputs_are_rows_for_those_who_take_them(said: list[tuple[str, str]]) -> None:
    """The numbers are the same; who takes none is told what it would take."""
    room = make_room(said, offers_of(OnRows()), Shelf(1000, limited=True))
    rows = room.training(TakesRows(view="columns"))
    assert rows.shape == (54, 8)
    assert torch.equal(torch.cat(list(rows.chunks(7))), torch.cat(list(NORMAL.chunks())).mean(2).flatten(1))
    with pytest.raises(benchkit.Unsupported, match=r"detector 'brightness'.*54×8.*1728B.*Give --device-memory"):
        room.training(Brightness(view="columns"))


def test_a_view_that_takes_no_rows_is_told_so(said: list[tuple[str, str]]) -> None:
    """Its detectors are skipped, with the sizes."""
    room = make_room(said, offers_of(Counted()), Shelf(1000, limited=True))
    with pytest.raises(benchkit.Unsupported, match="view 'toy-view' gets its training inputs as a whole"):
        room.look("columns")


@pytest.mark.parametrize("how", ["kept", "rows"])
def test_a_view_that_writes_into_images_spoils_its_own_copy(how: str, said: list[tuple[str, str]]) -> None:
    """It is an error, and the images are as they were."""
    room = make_room(said, {"wild": Offer(Wild(), "toys", "", "")}, Shelf(10**6 if how == "kept" else 10))
    with pytest.raises((benchkit.ContractError, ViewFaultError), match="changed in place"):
        torch.cat(list(room.inputs("wild", "normal", IMAGES).chunks(2)))
    assert torch.equal(IMAGES.floats(), LEVELS.float() / 255)


def test_a_view_that_fails_within_a_fit_is_to_blame_itself(said: list[tuple[str, str]]) -> None:
    """Rows are looked at when somebody else takes them, whose fault it is not."""
    room = make_room(said, {"moody": Offer(Moody(), "toys", "", "")}, Shelf(10))
    rows = room.inputs("moody", "normal", IMAGES)
    with pytest.raises(ViewFaultError, match=r"Moody 'moody': view 'moody': got ValueError: not today") as caught:
        rows.take(torch.arange(5))
    assert caught.value.verdict[0] == "failed"


def test_rows_of_two_kinds_are_refused(said: list[tuple[str, str]]) -> None:
    """A view shows every image in the same way."""
    room = make_room(said, {"moody": Offer(Moody(fault="shape"), "toys", "", "")}, Shelf(10**6))
    with pytest.raises(benchkit.ContractError, match=r"got \(5, 9\).*after \(1, 8\).*one kind"):
        room.inputs("moody", "normal", IMAGES)


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
