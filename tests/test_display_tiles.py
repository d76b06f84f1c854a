"""Which images have which rank, and sheets of them."""

from __future__ import annotations

import numpy as np

from benchkit.display import ranked, sheet
from benchkit.results import Shown


def shown(n: int) -> Shown:
    """Return n images of one pixel whose level is their rank."""
    images = np.arange(n, dtype=np.uint8).reshape(n, 1, 1, 1)
    index = np.arange(n)
    return Shown(index, index, index, images, np.zeros((0, 1, 1, 1), np.uint8), np.zeros((0, 2), np.float32))


def test_ranks_are_taken_from_their_ends() -> None:
    """The least anomalous first, the most anomalous first, and the middle from below."""
    pictures = shown(36)
    assert ranked(pictures, "least", 3).tolist() == [0, 1, 2]
    assert ranked(pictures, "most", 3).tolist() == [35, 34, 33]
    assert ranked(pictures, "middle", 12).tolist() == list(range(12, 24))


def test_fewer_images_than_asked_for_are_all_shown() -> None:
    """Each rank gives what there is."""
    pictures = shown(2)
    assert ranked(pictures, "least", 5).tolist() == [0, 1]
    assert ranked(pictures, "middle", 5).tolist() == [0, 1]
    assert ranked(pictures, "most", 5).tolist() == [1, 0]
    assert ranked(shown(0), "most", 5).tolist() == []


def test_a_sheet_has_each_image_in_its_place() -> None:
    """Rows below each other, a gap of the ground between, short rows filled with it."""
    one, two = (np.full((count, 1, 2, 3), level, np.uint8) for count, level in ((2, 10), (1, 20)))
    page = sheet([one, two])
    assert page.shape == (5, 7)
    assert (page[:2, :3] == 10).all()
    assert (page[3:, :3] == 20).all()
    assert (page[2] == 255).all()
    assert (page[3:, 4:] == 255).all()


def test_colours_stay_colours() -> None:
    """Three channels become the last dimension."""
    assert sheet([np.zeros((2, 3, 4, 4), np.uint8)]).shape == (4, 9, 3)
