"""Images held as bytes: the same floats whichever way they are asked for, and none that is shared."""

from __future__ import annotations

import pytest
import torch

from benchkit.runner.grey_images import GreyImages, LabelledGrey

CPU = torch.device("cpu")
LEVELS = torch.randint(0, 256, (5000, 1, 3, 4), dtype=torch.uint8, generator=torch.Generator().manual_seed(5))
FLOATS = LEVELS.float() / 255
CHOSEN = torch.randperm(5000, generator=torch.Generator().manual_seed(6))[:4200]


@pytest.fixture(params=["all", "positions", "mask", "some of some"])
def both(request: pytest.FixtureRequest) -> tuple[GreyImages, torch.Tensor]:
    """Images, and the floats that they stand for."""
    whole = GreyImages(LEVELS, CPU)
    mask = torch.arange(5000) % 3 > 0
    return {
        "all": (whole, FLOATS),
        "positions": (whole.select(CHOSEN), FLOATS[CHOSEN]),
        "mask": (whole.select(mask), FLOATS[mask]),
        "some of some": (whole.select(CHOSEN).select(torch.arange(4100)), FLOATS[CHOSEN[:4100]]),
    }[request.param]


def test_all_at_once_and_some_at_a_time_are_the_same_bits(both: tuple[GreyImages, torch.Tensor]) -> None:
    """Whole, in pieces, and by number: each grey level is level/255."""
    images, floats = both
    assert images.shape == tuple(floats.shape)
    assert (len(images), images.device, images.float_bytes) == (len(floats), CPU, floats.nbytes)
    assert torch.equal(images.floats(), floats)
    pieces = list(images.chunks(1000))
    assert torch.equal(torch.cat(pieces), floats)
    assert {len(piece) for piece in pieces[:-1]} == {1000}
    index = torch.tensor([3, 0, 3, len(floats) - 1])
    assert torch.equal(images.take(index), floats[index])
    room = torch.empty(4, 1, 3, 4)
    assert images.take(index, out=room).data_ptr() == room.data_ptr()
    assert torch.equal(room, floats[index])


def test_what_is_lent_is_made_for_the_one_who_takes_it(both: tuple[GreyImages, torch.Tensor]) -> None:
    """Writing into floats, a piece, a batch or labels changes nobody else's."""
    images, floats = both
    images.floats().zero_()
    images.take(torch.arange(5)).zero_()
    next(images.chunks()).zero_()
    labelled = LabelledGrey(images, torch.ones(len(images), dtype=torch.int64))
    labelled.floats().labels.zero_()
    labelled.rows().labels.zero_()
    assert torch.equal(images.floats(), floats)
    assert bool(labelled.labels.all())


def test_none_are_one_empty_piece() -> None:
    """A function that is looked through once with nothing says what it would give."""
    nothing = GreyImages(LEVELS, CPU).select(torch.zeros(0, dtype=torch.int64))
    assert [tuple(piece.shape) for piece in nothing.chunks()] == [(0, 1, 3, 4)]
    assert nothing.floats().shape == (0, 1, 3, 4)


def test_labels_are_selected_with_their_images() -> None:
    """By position or by mask."""
    data = LabelledGrey(GreyImages(LEVELS, CPU), torch.arange(5000))
    some = data.select(CHOSEN).select(torch.arange(4200) < 7)
    assert torch.equal(some.labels, CHOSEN[:7])
    assert torch.equal(some.images.floats(), FLOATS[CHOSEN[:7]])
    assert len(some) == 7


def test_others_can_be_laid_beside_them() -> None:
    """Anomalies lie where the data set's images do."""
    other = GreyImages(LEVELS[:10], CPU).like(LEVELS[10:14])
    assert torch.equal(other.floats(), FLOATS[10:14])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("there", ["cpu", "cuda"])
def test_an_accelerator_makes_the_same_floats(there: str) -> None:
    """Wherever the bytes lie, the device gets the very numbers that a processor does."""
    device = torch.device("cuda", 0)
    images = GreyImages(LEVELS.to(there), device, CHOSEN.to(there))
    assert images.device_bytes == (LEVELS.nbytes if there == "cuda" else 0)
    for found in (images.floats(), torch.cat(list(images.chunks(999))), images.take(torch.arange(4200))):
        assert found.device == device
        assert torch.equal(found.cpu(), FLOATS[CHOSEN])
