"""The picture of scored images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scoring_helpers import own_image, scoring

from benchkit import StoreError
from benchkit.report.gallery import MOST_SHOWN, gallery, write_gallery

RED, GREY = (196, 30, 30), (170, 170, 170)


def pixels_of(picture: Image.Image, colour: tuple[int, int, int]) -> np.ndarray:
    """Return where a picture has a colour."""
    return np.all(np.asarray(picture) == colour, axis=2)


def test_each_image_is_there_enlarged_with_its_frame() -> None:
    """8×8 pixels become 112×112, unblurred; those that are anomalous have a red frame, the others a grey one."""
    picture = gallery(scoring())
    for number in range(1, 4):
        assert pixels_of(picture, (10 * number,) * 3).sum() >= 112 * 112
    frame = 118 * 118 - 112 * 112
    assert frame * 2 <= pixels_of(picture, RED).sum() < frame * 3  # and the letters of the verdicts
    assert frame * 2 <= pixels_of(picture, GREY).sum() < frame * 3


def test_a_reconstruction_stands_beside_its_image() -> None:
    """In the order in which the images are shown."""
    again = tuple(np.full((8, 8), level, np.uint8) for level in (201, 202))
    picture = gallery(scoring(order=np.array([3, 1]), again=again))
    image, beside = (np.median(np.argwhere(pixels_of(picture, (level,) * 3)), axis=0) for level in (30, 201))
    assert beside[0] == pytest.approx(image[0], abs=1)  # letters have a few pixels of any grey
    assert beside[1] - image[1] == pytest.approx(112 + 4, abs=1)
    assert pixels_of(picture, (202,) * 3).sum() >= 112 * 112


def test_many_images_are_cut_and_long_names_as_well() -> None:
    """The picture stays as wide as a page, whatever files are called, and no larger than its hundred images."""
    images = tuple(own_image(number % 20, file="a-very-long-name" * 20 + "\n.png") for number in range(150))
    scored = replace(scoring().scored, scores=np.arange(150.0))
    picture = gallery(scoring(images=images, scored=scored, order=np.arange(150)))
    assert picture.width <= 940
    rows = -(-MOST_SHOWN // 5)
    assert rows * 118 < picture.height < (rows + 1) * 190


@pytest.mark.parametrize("shape", [(1, 1), (8, 40), (300, 200)])
def test_images_of_any_size_can_be_shown(shape: tuple[int, int]) -> None:
    """Tiny, wide, and larger than a tile."""
    images = tuple(own_image(number, levels=np.full(shape, 9, np.uint8)) for number in range(4))
    assert pixels_of(gallery(scoring(images=images)), (9, 9, 9)).sum() >= 4 * shape[0] * shape[1]


def test_it_is_written_as_png_or_not_at_all(tmp_path: Path) -> None:
    """A folder that is not there is named."""
    write_gallery(scoring(), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.format == "PNG"
    with pytest.raises(StoreError, match="missing"):
        write_gallery(scoring(), tmp_path / "missing" / "a.png")
