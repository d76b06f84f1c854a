"""One picture file becomes grey levels, and says what was done to it."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from data_helpers import FUZZ
from hypothesis import given
from hypothesis import strategies as st
from picture_helpers import png_that_claims, saved, seven
from PIL import Image

from benchkit import DataError
from benchkit.data.picture import MOST_PIXELS, read_picture

COLOURS = "colours to grey (ITU-R 601 luma)"


@pytest.fixture
def grey() -> np.ndarray:
    """The seven as it was drawn."""
    return np.asarray(seven())


def test_a_grey_picture_stays_as_it_is(tmp_path: Path, grey: np.ndarray) -> None:
    """Every pixel comes back, and nothing was done to it."""
    picture = read_picture(saved(seven(), tmp_path / "a.png"))
    np.testing.assert_array_equal(picture.levels, grey)
    assert picture.steps == ()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "1"])
def test_every_mode_shows_the_same_seven(mode: str, tmp_path: Path, grey: np.ndarray) -> None:
    """Black on white is that in colours, with a palette, with an opaque alpha channel and in one bit."""
    picture = read_picture(saved(seven().convert(mode), tmp_path / "a.png"))
    np.testing.assert_array_equal(picture.levels, grey)
    assert picture.steps == (("1 bit to black and white",) if mode == "1" else (COLOURS,))


@pytest.mark.parametrize(("mode", "name"), [("LA", "a.png"), ("CMYK", "a.jpg"), ("YCbCr", "a.jpg"), ("L", "a.jpg")])
def test_rarer_modes_show_the_seven_as_well(mode: str, name: str, tmp_path: Path, grey: np.ndarray) -> None:
    """An opaque alpha channel beside grey, and what printers and cameras write; JPEG loses a little at the edges."""
    picture = read_picture(saved(seven().convert(mode), tmp_path / name))
    assert picture.levels.shape == grey.shape
    assert np.abs(picture.levels.astype(int) - grey).mean() < 3


def test_a_palette_may_have_a_transparent_colour(tmp_path: Path) -> None:
    """Black ink on a colour that is not to be seen: white behind it."""
    image = seven().convert("P")
    paper = image.getpixel((0, 0))
    picture = read_picture(saved(image, tmp_path / "a.png", transparency=paper))
    np.testing.assert_array_equal(picture.levels, np.asarray(seven()))
    assert picture.steps == (COLOURS, "transparent parts white")


def test_colours_have_the_grey_of_their_luma(tmp_path: Path) -> None:
    """ITU-R 601: 0.299 red, 0.587 green, 0.114 blue."""
    for colour, luma in (((255, 0, 0), 76), ((0, 255, 0), 150), ((0, 0, 255), 29)):
        picture = read_picture(saved(Image.new("RGB", (4, 4), colour), tmp_path / "a.png"))
        assert picture.levels.tolist() == [[luma] * 4] * 4


def test_16_bits_are_scaled_and_not_clipped(tmp_path: Path) -> None:
    """All of the range from 0 to 65,535 is there; the seven stands out as it did."""
    values = np.array([[0, 257, 32896, 65535]], dtype=np.uint16).repeat(4, axis=0)
    picture = read_picture(saved(Image.fromarray(values), tmp_path / "a.png"))
    assert picture.levels[0].tolist() == [0, 1, 128, 255]
    assert picture.steps == ("16 bits to 8",)


@pytest.mark.parametrize(("ink", "shown"), [(0, "white"), (255, "black")])
def test_transparent_parts_are_what_the_drawing_stands_out_from(ink: int, shown: str, tmp_path: Path) -> None:
    """Dark ink on nothing is shown on white, bright ink on black; either can be seen."""
    drawn = np.asarray(seven()) == 0
    bands = np.zeros((*drawn.shape, 4), np.uint8)
    bands[drawn] = (ink, ink, ink, 255)
    picture = read_picture(saved(Image.fromarray(bands), tmp_path / "a.png"))
    np.testing.assert_array_equal(picture.levels == ink, drawn)
    assert picture.steps == (COLOURS, f"transparent parts {shown}")


def test_a_picture_without_anything_to_see_is_black(tmp_path: Path) -> None:
    """Wholly transparent: no division by nothing."""
    picture = read_picture(saved(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), tmp_path / "a.png"))
    assert not np.isnan(picture.levels).any()
    assert len(np.unique(picture.levels)) == 1


def test_exif_turns_the_picture(tmp_path: Path) -> None:
    """A camera held upright stores its picture lying, and says so: it stands again."""
    lying = Image.new("L", (80, 40), 0)
    lying.paste(255, (0, 0, 20, 40))  # bright at the left
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise
    picture = read_picture(saved(lying, tmp_path / "a.jpg", exif=exif))
    assert picture.levels.shape == (80, 40)
    assert picture.levels[:15].min() > 200
    assert picture.levels[25:].max() < 50
    assert picture.steps == ("turned as its EXIF data say",)


def test_exif_data_that_turn_nothing_are_not_mentioned(tmp_path: Path) -> None:
    """Upright already."""
    exif = Image.Exif()
    exif[0x0112] = 1
    assert read_picture(saved(seven(), tmp_path / "a.jpg", exif=exif)).steps == ()


def test_of_several_frames_the_first_is_taken(tmp_path: Path, grey: np.ndarray) -> None:
    """An animated PNG says so."""
    others = [Image.new("L", (200, 160), level) for level in (1, 2)]
    picture = read_picture(saved(seven(), tmp_path / "a.png", save_all=True, append_images=others))
    np.testing.assert_array_equal(picture.levels, grey)
    assert picture.steps == ("the first of 3 frames",)


def test_a_picture_of_10_000_by_10_000_pixels_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """A whole PNG of that size in one bit: the message names file, size and what to do; the memory stays free."""
    path = saved(Image.new("1", (10_000, 10_000)), tmp_path / "large.png")
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"large\.png: got 10,000 × 10,000 pixels .*expected at most.*Reduce it"):
            read_picture(path)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("side", [5_000, 12_000, 60_000])
def test_a_header_that_claims_too_much_is_refused(side: int, tmp_path: Path) -> None:
    """A bomb of a few bytes: below Pillow's own limits and above them."""
    with pytest.raises(DataError, match=r"bomb\.png: got .*expected at most .* Reduce it"):
        read_picture(png_that_claims(tmp_path / "bomb.png", side, side))


def test_a_large_jpeg_is_unpacked_at_a_part_of_its_size(tmp_path: Path) -> None:
    """As phones make them: reduced while it is read, which is said."""
    path = saved(seven(10_000, 10_000), tmp_path / "large.jpg")
    picture = read_picture(path)
    assert picture.levels.shape == (2_500, 2_500)
    assert picture.levels.min() < 20
    assert picture.levels.max() > 235
    assert picture.steps == ("unpacked at 2500 × 2500 pixels",)


def test_a_large_progressive_jpeg_is_refused(tmp_path: Path) -> None:
    """It lies in memory as a whole, at whatever size it is unpacked."""
    path = saved(Image.new("L", (4_200, 4_200)), tmp_path / "large.jpg", progressive=True)
    with pytest.raises(DataError, match=rf"large\.jpg: got 4,200 × 4,200 .*expected at most {MOST_PIXELS:,}"):
        read_picture(path)


@pytest.mark.parametrize("kept", [0, 3, 30, 60, 0.5])
def test_a_truncated_picture_names_itself(kept: float, tmp_path: Path) -> None:
    """Wherever it ends."""
    whole = saved(seven(), tmp_path / "a.png").read_bytes()
    path = tmp_path / "cut.png"
    path.write_bytes(whole[: int(kept * len(whole)) if kept == 0.5 else int(kept)])
    with pytest.raises(DataError, match=r"cut\.png: got an unreadable picture .*Save it again"):
        read_picture(path)


def test_a_missing_picture_names_itself(tmp_path: Path) -> None:
    """As a broken one."""
    with pytest.raises(DataError, match=r"none\.png: got an unreadable picture"):
        read_picture(tmp_path / "none.png")


@FUZZ
@given(place=st.integers(0, 10_000), value=st.integers(0, 255), name=st.sampled_from(["a.png", "a.jpg"]))
def test_a_changed_byte_gives_a_picture_or_a_data_error(place: int, value: int, name: str, tmp_path: Path) -> None:
    """Whatever a byte becomes, nothing else is raised, and no warning is given."""
    content = bytearray(saved(seven(40, 32), tmp_path / name).read_bytes())
    content[place % len(content)] = value
    (tmp_path / name).write_bytes(content)
    try:
        picture = read_picture(tmp_path / name)
    except DataError:
        return
    assert picture.levels.dtype == np.uint8
    assert picture.levels.ndim == 2
