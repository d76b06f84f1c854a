"""A picture of any size and polarity becomes like those of a data set."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from data_helpers import FUZZ
from hypothesis import given
from hypothesis import strategies as st
from picture_helpers import seven

from benchkit import DataError
from benchkit.data.likeness import Ground, Likeness, Polarity, ground_of
from benchkit.data.picture import Picture

MNIST = Likeness(28, 28, "dark")


def drawn(**how: int) -> Picture:
    """Return the seven as a picture."""
    return Picture(np.asarray(seven(**how)))


@pytest.mark.parametrize(
    ("border", "ground"),
    [((0, 0, 0), "dark"), ((63, 0, 0), "dark"), ((255, 192, 230), "bright"), ((0, 255, 128), "neither")],
)
def test_the_ground_of_a_data_set_is_that_of_its_borders(border: tuple[int, ...], ground: Ground) -> None:
    """Three quarters of the border pixels decide; what is inside does not count."""
    images = torch.full((3, 1, 8, 8), 130, dtype=torch.uint8)
    for image, level in zip(images, border, strict=True):
        image[0, [0, -1], :] = level
        image[0, :, [0, -1]] = level
    assert ground_of(images) == ground


def test_a_picture_of_the_right_size_and_ground_is_not_touched() -> None:
    """The very pixels, and nothing to tell."""
    picture = drawn(width=28, height=28, paper=0, ink=255)
    made = MNIST.of(picture)
    np.testing.assert_array_equal(made.levels, picture.levels)
    assert made.steps == ()


def test_a_black_drawing_on_white_becomes_white_on_black() -> None:
    """Of the size that was asked for, dark at its borders, its proportions as they were, and it says how."""
    made = MNIST.of(drawn())
    assert made.levels.shape == (28, 28)
    assert made.levels[[0, 1, 2, -3, -2, -1]].max() == 0
    assert made.levels.max() > 200
    rows, columns = np.nonzero(made.levels > 100)
    tall, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    assert tall / wide == pytest.approx(88 / 66, rel=0.25)  # as it was drawn
    sized, inverted = made.steps
    assert "160 × 200 pixels (height × width) resized to 22 × 28" in sized
    assert "bilinear" in sized
    assert inverted == "inverted, because its ground is bright"


@pytest.mark.parametrize(
    ("ground", "polarity", "paper", "inverts"),
    [
        ("dark", "auto", 255, True),
        ("dark", "auto", 0, False),
        ("bright", "auto", 255, False),
        ("bright", "auto", 0, True),
        ("neither", "auto", 255, False),
        ("neither", "auto", 0, False),
        ("dark", "keep", 255, False),
        ("dark", "invert", 0, True),
        ("neither", "invert", 0, True),
    ],
)
def test_polarity_follows_the_data_set_unless_told_otherwise(
    ground: Ground, polarity: Polarity, paper: int, inverts: bool
) -> None:
    """Both ways round; a data set of neither ground inverts nothing by itself."""
    likeness = Likeness(28, 28, ground, polarity)
    picture = drawn(width=28, height=28, paper=paper, ink=255 - paper)
    made = likeness.of(picture)
    np.testing.assert_array_equal(made.levels, 255 - picture.levels if inverts else picture.levels)
    assert len(made.steps) == inverts


def test_what_belongs_together_is_inverted_together() -> None:
    """One bright image among dark ones is as it is meant to be."""
    levels = np.zeros((9, 28, 28), np.uint8)
    levels[4] = 255
    assert not MNIST.inverts(levels)
    assert MNIST.inverts(255 - levels)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (6, 28), (28, 6), (1, 1000)])
def test_too_small_a_picture_is_refused(height: int, width: int) -> None:
    """Most of what would be scored would be made up; the message says what would do."""
    with pytest.raises(DataError, match=rf"got {height} × {width} pixels .*expected at least 7 × 7"):
        MNIST.of(Picture(np.zeros((height, width), np.uint8)))


@FUZZ
@given(st.integers(7, 90), st.integers(7, 90), st.integers(7, 28), st.integers(7, 28), st.integers(0, 255))
def test_any_size_becomes_the_one_that_was_asked_for(
    height: int, width: int, to_height: int, to_width: int, level: int
) -> None:
    """A plain picture stays plain: no edge appears where its ground fills the rest."""
    picture = Picture(np.full((height, width), level, np.uint8))
    made = Likeness(to_height, to_width, "neither").of(picture)
    assert made.levels.shape == (to_height, to_width)
    assert set(np.unique(made.levels)) == {level}
    assert len(made.steps) == ((height, width) != (to_height, to_width))
